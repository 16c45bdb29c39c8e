// What every page does: light or dark, tips, the live line in the header.

import { one } from "./dom.js";
import { startLive } from "./live.js";
import { startTips } from "./tip.js";

function startTheme() {
  const button = one("#theme");
  if (!button) return;
  const root = document.documentElement;
  button.addEventListener("click", () => {
    const theme = root.dataset.theme === "dark" ? "light" : "dark";
    root.dataset.theme = theme;
    button.setAttribute("aria-pressed", String(theme === "dark"));
    document.cookie = `theme=${theme}; path=/; max-age=31536000; samesite=lax`;
  });
}

startTheme();
startTips();
startLive();
