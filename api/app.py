"""The application: JSON, CSV, metrics, the live stream, and the pages."""

import threading
from collections.abc import Sequence
from importlib.metadata import version

from fastapi import APIRouter, Depends, FastAPI
from prometheus_client import CollectorRegistry
from sqlalchemy import Engine
from starlette.middleware.gzip import GZipMiddleware

from api import schemas
from api.cached import Shared, SharedByKey
from api.fleet_view import FleetLook
from api.known_days import FleetDays
from api.language import language
from api.parameters import known_parameters_only
from api.parts import Parts
from api.problems import MEDIA_TYPE, add_problem_handlers
from api.routes import (
    completeness,
    explain,
    finance,
    findings,
    fleet,
    forecast,
    money,
    notices,
    operations,
    plans,
    reconciliation,
    settlements,
    station,
    stations,
    stream,
    villages,
)
from api.security import Security
from api.settings import Settings
from api.web import routes as pages
from guangfu.clock import Clock
from guangfu.income.rules import Rules, RulesSettings, load_rules
from guangfu.storage.present import StateSettings
from guangfu.storage.telemetry_store import TelemetryStore

CURVES_KEPT = 64
ABOUT = """Live power, energy and estimated income of the stations, their villages and households.

Energy is Wh, power W, money fen (1/100 yuan); instants are UTC, days Asia/Shanghai. Every amount is an estimate,
neither settled, received, passed on nor paid, unless its name says planned, due or paid. A figure is null where the
data are not enough, and `reason` says why.
Texts are Chinese or English by `lang=` or Accept-Language. Errors are problem details (RFC 9457)."""
PROBLEM = {"model": schemas.Problem, "content": {MEDIA_TYPE: {}}}


def create_app(
    settings: Settings,
    store: TelemetryStore,
    engine: Engine,
    clock: Clock,
    *,
    rules: Rules | None = None,
    metric_registries: Sequence[CollectorRegistry] = (),
    stopping: threading.Event | None = None,
) -> FastAPI:
    """The application on the given parts; it owns none of them and closes none.

    Args:
        settings: Language, cache times and so on.
        store: Where readings are.
        engine: Where registry, figures and dead letters are.
        clock: What "now" and "today" mean.
        rules: For tariffs and shares; by default those of `RulesSettings`.
        metric_registries: What `/metrics` shows beside the API's own.
        stopping: Set when the server ends, so that live streams end.

    Raises:
        BadRules: The rules that are set are wrong.
    """
    app = FastAPI(
        title="guangfu", version=version("guangfu"), description=ABOUT, openapi_url="/v1/openapi.json",
        docs_url=None, redoc_url=None, redirect_slashes=False,
    )  # fmt: skip
    rules = load_rules(RulesSettings.load().folder) if rules is None else rules
    look = FleetLook(StateSettings.load(), store, engine, clock, rules.energy.coverage_floor)
    app.state.settings = settings
    app.state.clock = clock
    app.state.places = stream.Places(settings.max_streams)
    app.state.parts = Parts(
        settings=settings,
        store=store,
        engine=engine,
        clock=clock,
        rules=rules,
        look=Shared(look, settings.cache_s),
        curves=SharedByKey(settings.curve_cache_s, CURVES_KEPT),
        incomes=SharedByKey(settings.curve_cache_s, CURVES_KEPT),
        forecasts=SharedByKey(settings.curve_cache_s, CURVES_KEPT),
        days=FleetDays(engine, clock),
        metric_registries=metric_registries,
        stopping=stopping or threading.Event(),
    )
    _add_routes(app)
    app.include_router(pages.router)
    add_problem_handlers(app)
    app.add_middleware(GZipMiddleware, minimum_size=2000, compresslevel=3)
    app.add_middleware(Security, allowed_hosts=settings.allowed_hosts)
    return app


def _add_routes(app: FastAPI) -> None:
    routes = APIRouter(
        dependencies=[Depends(known_parameters_only), Depends(language)],
        responses=dict.fromkeys((404, 422, 503), PROBLEM),
    )
    of_energy = fleet, stations, station, forecast, reconciliation, completeness
    of_money = villages, settlements, money, finance, findings, plans, explain, notices
    for module in (*of_energy, *of_money, operations, stream):
        routes.include_router(module.router)
    app.include_router(routes)
