"""How every program reads its settings: from the environment, frozen, all faults named at once."""

import os
from pathlib import Path
from typing import Any, Self

from pydantic import ValidationError
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings, PydanticBaseSettingsSource, SettingsConfigDict


class BadSettings(ValueError):
    """Some settings are missing or wrong; the message names every one of them."""


class _SecretFiles(PydanticBaseSettingsSource):
    """Reads `PREFIX_NAME` from the file that `PREFIX_NAME_FILE` names, as container secrets come."""

    def get_field_value(self, field: FieldInfo, field_name: str) -> tuple[Any, str, bool]:
        del field
        prefix = self.config.get("env_prefix") or ""
        path = os.environ.get(f"{prefix}{field_name}_FILE".upper())
        return (Path(path).read_text(encoding="utf-8").strip() if path else None), field_name, False

    def __call__(self) -> dict[str, Any]:
        found = {name: self.get_field_value(f, name)[0] for name, f in self.settings_cls.model_fields.items()}
        return {name: text for name, text in found.items() if text is not None}


class ProgramSettings(BaseSettings):
    """Base of each program's `Settings`; a subclass sets `model_config = program_config("INGEST")`."""

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        del dotenv_settings, file_secret_settings
        return init_settings, env_settings, _SecretFiles(settings_cls)

    @classmethod
    def load(cls, **given: Any) -> Self:
        """Settings from the environment; what is `given` wins.

        Raises:
            BadSettings: A setting is missing or out of bounds, or the file of a secret can't be read.
        """
        try:
            return cls(**given)
        except ValidationError as error:
            prefix = cls.model_config.get("env_prefix", "")
            faults = [f"{prefix}{'_'.join(map(str, e['loc']))}".upper() + f": {e['msg']}" for e in error.errors()]
            raise BadSettings("\n".join(faults)) from error
        except OSError as error:
            raise BadSettings(f"{error.filename}: {error.strerror}") from error


def program_config(program: str) -> SettingsConfigDict:
    """The pydantic configuration of a program's settings: prefix `GUANGFU_<PROGRAM>_`, frozen, strict names."""
    return SettingsConfigDict(env_prefix=f"GUANGFU_{program}_", frozen=True, extra="forbid")
