"""What stands on every paper: who issues it, where to complain, where a code is verified."""

from pydantic import Field

from guangfu.settings import ProgramSettings, program_config


class PapersSettings(ProgramSettings):
    model_config = program_config("PAPERS")

    issuer: str = Field(
        default="", description="who issues the papers, such as 某旗光伏帮扶收益结转机构", max_length=60
    )
    complaints: str = Field(
        default="", description="where people complain, printed on public notices: office and telephone", max_length=120
    )
    verify_url: str = Field(
        default="",
        description="address of the API as people reach it, https://…; a notice's QR code then leads to "
        "/v1/notices/CODE there, else it holds the code alone",
        max_length=200,
        pattern=r"^(https?://\S+)?$",
    )
