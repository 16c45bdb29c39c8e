// A page that says only what the server wrote.

import "../shell.js";
