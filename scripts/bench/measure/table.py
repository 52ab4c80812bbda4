"""From samples to words: the same on the screen while it runs and in the report."""

import statistics


def quantile(samples, part):
    """The sample that `part` of all are not above."""
    return sorted(samples)[min(len(samples) - 1, max(0, -int(-part * len(samples) // 1) - 1))]


def reduce(samples, statistic):
    if statistic.startswith("p"):
        return quantile(samples, int(statistic[1:]) / 100)
    if statistic == "geometric mean":
        return statistics.geometric_mean(samples)
    return {"median": statistics.median, "max": max, "min": min, "mean": statistics.mean}[statistic](samples)


def ratios(line):
    pairs = zip(line["theirs"], line["ours"]) if line["sense"] == "theirs/ours" else zip(line["ours"], line["theirs"])
    return [above / below for above, below in pairs]


def measured(line):
    """The number that the bar is about."""
    if line["kind"] == "ratio":
        return statistics.median(ratios(line))
    return reduce(line["samples"], line["statistic"])


def number(value):
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}" if abs(value) < 100 else f"{value:.0f}"


def spread(samples):
    """Quartiles and ends where there are enough samples, else the ends."""
    if len(samples) < 2:
        return "one sample"
    ends = f"{number(min(samples))}–{number(max(samples))}"
    if len(samples) < 5:
        return f"{ends}, {len(samples)} samples"
    low, _, high = statistics.quantiles(samples, n=4, method="inclusive")
    return f"quartiles {number(low)}–{number(high)}, ends {ends}, {len(samples)} samples"


def is_reached(line):
    """None when there is nothing to reach or nothing was measured."""
    if line["kind"] == "missing" or not line.get("bar"):
        return None
    sign, goal = line["bar"]
    return measured(line) >= goal if sign == ">=" else measured(line) <= goal


def cells(line):
    """What was measured, its spread, the bar, and the verdict."""
    bar = f"{line['bar'][0]} {number(line['bar'][1])}" if line.get("bar") else "–"
    if line["kind"] == "missing":
        return line["why"], "", bar, "not measured" if line.get("bar") else ""
    verdict = {True: "reached", False: "**not reached**", None: "for orientation"}[is_reached(line)]
    if line["kind"] == "ratio":
        both = f"{number(statistics.median(line['ours']))} against {number(statistics.median(line['theirs']))} {line['unit']}"
        return f"{number(measured(line))} ({both})", spread(ratios(line)), bar, verdict
    return f"{line['statistic']} {number(measured(line))} {line['unit']}".strip(), spread(line["samples"]), bar, verdict


def sentence(line):
    value, wide, bar, verdict = cells(line)
    against = f" / {line['against']}" if line["against"] else ""
    return f"{line['what']}{against}: {value}; {wide}; bar {bar}: {verdict.strip('*')}"
