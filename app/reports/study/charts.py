"""The figures of a report beside its timelines: time budgets and the confusion of labels."""

from __future__ import annotations

from matplotlib.figure import Figure

from app.reports.evaluation_figures import confusion_figure
from app.reports.study.agreement_tables import NO_EVENT
from app.reports.study.lettering import LINE, MUTED, plain
from app.reports.study.material import Material
from app.reports.study.tables import NO_LABEL, labels_of
from fedn.annotation.agreement.time_budget import time_budget

_COLORS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")
MOST_TIERS, MOST_LABELS = 7, 20


def budget_chart(material: Material) -> Figure | None:
    """Events a minute and share of time for each label, a bar for each tier; None without events."""
    keys = material.tier_keys[:MOST_TIERS]
    labels = list(dict.fromkeys(label for key in keys for label in labels_of(material, key)))[:MOST_LABELS]
    if not labels:
        return None
    figure = Figure(figsize=(10.6, 1.2 + 0.16 * len(keys) * len(labels) + 0.12 * len(labels)), layout="constrained")
    panels = figure.subplots(1, 2, sharey=True)
    high = 0.8 / len(keys)
    for number, key in enumerate(keys):
        budgets = time_budget(material.material_of(key, material.videos), labels)
        places = [place + (number + 0.5) * high - 0.4 for place in range(len(labels))]
        color = _COLORS[number]
        panels[0].barh(places, [one.a_minute.value or 0 for one in budgets], high * 0.9, color=color)
        panels[1].barh(places, [100 * (one.share.value or 0) for one in budgets], high * 0.9, color=color,
                       label=safe(key.title))  # fmt: skip
    panels[0].set_yticks(range(len(labels)), [safe(label or NO_LABEL) for label in labels])
    panels[0].invert_yaxis()
    for axes, name in zip(panels, ("events a minute", "% of the time"), strict=True):
        axes.set_xlabel(name, fontsize=9, color=MUTED)
        axes.tick_params(length=0, labelsize=8)
        axes.grid(axis="x", color=LINE, linewidth=0.6)
        axes.set_axisbelow(True)
        axes.spines[["top", "right", "left", "bottom"]].set_visible(False)
    panels[1].legend(frameon=False, fontsize=8)
    return figure


def confusion_chart(material: Material) -> Figure | None:
    """Events of the first tier by those of the second; None without events or with more labels than can be read."""
    report = material.agreement
    if report is None or not report.events.labels or len(report.categories) > MOST_LABELS:
        return None
    names = [NO_EVENT if name is None else safe(name or NO_LABEL) for name in report.categories]
    counts = [[report.confusion[one, two] for two in report.categories] for one in report.categories]
    figure = confusion_figure(names, counts)
    axes, bar = figure.axes[0], figure.axes[1]
    axes.set(xlabel=safe(report.second.title), ylabel=safe(report.first.title))
    bar.set_ylabel("share of the row")
    return figure


def safe(text: str) -> str:
    """Text that matplotlib does not take for a formula."""
    return plain(text).replace("$", r"\$")
