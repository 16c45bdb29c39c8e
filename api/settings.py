"""What can be set about the API; `GUANGFU_API_…` in the environment."""

from pydantic import Field, SecretStr

from guangfu.settings import ProgramSettings, program_config
from guangfu.texts import Lang


class Settings(ProgramSettings):
    model_config = program_config("API")

    host: str = Field(
        default="127.0.0.1",
        description="address to listen on; before there is access control, leave it on the loopback",
    )
    port: int = Field(default=8080, ge=0, le=65535, description="port to listen on; 0 takes a free one")
    allowed_hosts: list[str] = Field(
        default=["localhost"],
        description='names under which the API may be called, such as ["pv.example.cn"]; IP addresses always may',
    )
    write_token: SecretStr | None = Field(
        default=None, min_length=20, description="token of who may replay dead letters; nobody may if left out"
    )
    lang: Lang = Field(default=Lang.ZH, description="language where a request does not ask for one: zh-CN or en")
    cache_s: float = Field(default=3, ge=0, le=60, description="how long all requests share one look at the fleet")
    curve_cache_s: float = Field(default=30, ge=0, le=600, description="how long the fleet's curves and sums are kept")
    stream_interval_s: float = Field(default=3, ge=0.2, le=60, description="seconds between the live stream's events")
    max_streams: int = Field(default=100, ge=1, le=10_000, description="live streams at the same time")
