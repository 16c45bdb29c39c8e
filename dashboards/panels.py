"""The kinds of panels we use, each with our look; a new panel is one call of a few lines."""

from collections.abc import Mapping, Sequence

from grafana_foundation_sdk.builders import barchart as barchart_builder
from grafana_foundation_sdk.builders import common, timeseries
from grafana_foundation_sdk.builders import dashboard as builder
from grafana_foundation_sdk.builders import stat as stat_builder
from grafana_foundation_sdk.builders import table as table_builder
from grafana_foundation_sdk.builders import text as text_builder
from grafana_foundation_sdk.models import common as model
from grafana_foundation_sdk.models import text as text_model
from grafana_foundation_sdk.models.dashboard import (
    FieldColorModeId,
    FieldConfigSource,
    GridPos,
    Panel,
    Threshold,
    ThresholdsMode,
    ValueMapping,
)

from dashboards import colours
from dashboards.looks import MISSING, NO_UNIT, Column, Face, Label, overrides
from dashboards.target import Target


def stat(
    label: Label,
    target: Target,
    *,
    unit: str,
    span: int,
    decimals: int | None = None,
    warn_above: float | None = None,
    warn_below: float | None = None,
    mappings: Sequence[ValueMapping] = (),
    height: int = 4,
) -> Panel:
    """One figure in the theme's colour, so that it is legible on dark and light.

    From `warn_above` on its ground is red, below it green; under `warn_below` it is amber. So are words with colours.
    """
    steps = [Threshold(value=None, color=colours.TEXT)]
    if warn_above is not None:
        steps = [Threshold(value=None, color=colours.PRODUCING), Threshold(value=warn_above, color=colours.DOWN)]
    if warn_below is not None:
        steps = [Threshold(value=None, color=colours.STALE), Threshold(value=warn_below, color=colours.TEXT)]
    on_ground = warn_above is not None or bool(mappings)
    panel = (
        stat_builder.Panel()
        .reduce_options(
            common.ReduceDataOptions().calcs(["lastNotNull"]).fields("/.*/" if mappings else "").values(False)
        )
        .graph_mode(model.BigValueGraphMode.NONE)
        .color_mode(model.BigValueColorMode.BACKGROUND if on_ground else model.BigValueColorMode.VALUE)
        .text_mode(model.BigValueTextMode.VALUE)
        .justify_mode(model.BigValueJustifyMode.AUTO)
        .thresholds(builder.ThresholdsConfig().mode(ThresholdsMode.ABSOLUTE).steps(steps))
        .color_scheme(builder.FieldColor().mode(FieldColorModeId.THRESHOLDS))
        .mappings(list(mappings))
    )
    return finish(panel.build(), label, [target], Face(unit, span, height, decimals))


def curve(
    label: Label,
    targets: Sequence[Target],
    *,
    unit: str,
    span: int = 12,
    height: int = 8,
    step: str | None = None,
    most_points: int | None = None,
    gap_ms: int = 3_600_000,
    colour: str | None = None,
    soft_max: float | None = None,
    columns: Mapping[str, Column] = {},
) -> Panel:
    """Lines over time; from `gap_ms` on a gap stays a gap; `step` is the shortest interval that is asked for.

    The axis reaches `soft_max` at least, so that nothing but zeros does not look like much.
    """
    panel = _time_chart(unit).draw_style(model.GraphDrawStyle.LINE).line_width(2).fill_opacity(8)
    panel.show_points(model.VisibilityMode.NEVER).span_nulls(gap_ms)
    if soft_max is not None:
        panel.axis_soft_max(soft_max)
    if step is not None:
        panel.interval(step)
    if most_points is not None:
        panel.max_data_points(most_points)
    if colour is not None:
        panel.color_scheme(builder.FieldColor().mode(FieldColorModeId.FIXED).fixed_color(colour))
    return finish(panel.build(), label, targets, Face(unit, span, height, columns=columns))


def day_bars(
    label: Label,
    target: Target,
    *,
    unit: str,
    columns: Mapping[str, Column],
    span: int = 12,
    height: int = 8,
    decimals: int | None = None,
) -> Panel:
    """A stacked bar for each local day, from its midnight on; columns with a style of their own may be lines."""
    panel = _time_chart(unit).draw_style(model.GraphDrawStyle.BARS).fill_opacity(85).line_width(0)
    panel.bar_alignment(model.BarAlignment.AFTER).bar_width_factor(0.8)
    panel.stacking(common.StackingConfig().mode(model.StackingMode.NORMAL).group("A"))
    return finish(panel.build(), label, [target], Face(unit, span, height, decimals, columns))


def bars(
    label: Label,
    target: Target,
    *,
    unit: str,
    along: str,
    columns: Mapping[str, Column],
    span: int = 12,
    height: int = 9,
    decimals: int | None = None,
    lying: bool = False,
    label_px: int = 48,
    stacked: bool = True,
) -> Panel:
    """Bars along a column of words (a league, a month); a label that has less than `label_px` is left out."""
    panel = (
        barchart_builder.Panel()
        .x_field(along)
        .orientation(model.VizOrientation.HORIZONTAL if lying else model.VizOrientation.VERTICAL)
        .stacking(model.StackingMode.NORMAL if stacked else model.StackingMode.NONE)
        .show_value(model.VisibilityMode.NEVER)
        .bar_width(0.7)
        .group_width(0.7)
        .fill_opacity(85)
        .line_width(0)
        .x_tick_label_spacing(0 if lying else label_px)
        .full_highlight(False)
        .legend(_legend())
        .tooltip(common.VizTooltipOptions().mode(model.TooltipDisplayMode.MULTI).sort(model.SortOrder.NONE))
    )
    made = finish(panel.build(), label, [target], Face(unit, span, height, decimals, columns))
    made.field_config.defaults.no_value = None  # type: ignore[union-attr]  # 9.4 writes it where it leaves a label out
    return made


def table(
    label: Label,
    target: Target,
    *,
    columns: Mapping[str, Column],
    span: int = 12,
    height: int = 9,
) -> Panel:
    """Rows; every column that is shown is in `columns`."""
    panel = table_builder.Panel().show_header(True).cell_height(model.TableCellHeight.SM).filterable(False)
    return finish(panel.build(), label, [target], Face(NO_UNIT, span, height, columns=columns))


def note(label: Label, content: str, *, span: int, height: int = 2) -> Panel:
    """A sentence in Markdown; variables are put in."""
    panel = text_builder.Panel().mode(text_model.TextMode.MARKDOWN).content(content).transparent(True)
    return finish(panel.build(), label, [], Face(NO_UNIT, span, height))


def finish(panel: Panel, label: Label, targets: Sequence[Target], face: Face) -> Panel:
    """What all panels have, set on the built panel: the SDK's builders have no common class."""
    panel.title, panel.description = label
    panel.grid_pos = GridPos(w=face.span, h=face.height)
    panel.targets = [target.named(chr(ord("A") + number)) for number, target in enumerate(targets)]
    panel.datasource = targets[0].reference() if targets else None
    config = panel.field_config = panel.field_config or FieldConfigSource()
    config.defaults.unit = face.unit
    config.defaults.no_value = MISSING
    config.defaults.decimals = face.decimals
    config.overrides = overrides(face.columns)
    return panel


def _time_chart(unit: str) -> timeseries.Panel:
    return (
        timeseries.Panel()
        .line_interpolation(model.LineInterpolation.LINEAR)
        .gradient_mode(model.GraphGradientMode.NONE)
        .axis_soft_min(0)
        .axis_label("")
        .legend(_legend())
        .tooltip(common.VizTooltipOptions().mode(model.TooltipDisplayMode.MULTI).sort(model.SortOrder.NONE))
        .unit(unit)
    )


def _legend() -> common.VizLegendOptions:
    return (
        common.VizLegendOptions()
        .display_mode(model.LegendDisplayMode.LIST)
        .placement(model.LegendPlacement.BOTTOM)
        .show_legend(True)
        .calcs([])
    )
