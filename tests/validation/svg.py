"""Diagrams as SVG, with nothing but the standard library: lines over a linear or logarithmic axis."""
import math
from html import escape

WIDTH, HEIGHT = 760, 380
LEFT, RIGHT, TOP, BOTTOM = 64, 190, 40, 52
# Readable on white and on dark grey, and apart for colour-blind eyes (Okabe & Ito).
COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#7a7a7a", "#000000"]


def nice_step(span, wanted):
    raw = span / wanted
    power = 10 ** math.floor(math.log10(raw))
    return next(power * m for m in (1, 2, 5, 10) if power * m >= raw)


def ticks(low, high, logarithmic):
    if logarithmic:
        marks = [m * 10 ** e for e in range(0, 6) for m in (1, 2, 5)]
        return [m for m in marks if low * 0.999 <= m <= high * 1.001]
    step = nice_step(high - low, 6)
    first = math.ceil(low / step - 1e-9)
    return [n * step for n in range(first, math.floor(high / step + 1e-9) + 1)]


def short(value):
    if abs(value) >= 1000 and value % 1000 == 0:
        return f"{value / 1000:g}k"
    return f"{value:g}".replace("-", "\u2212")


class Axis:
    def __init__(self, values, begin, end, logarithmic, padding):
        self.logarithmic = logarithmic
        low, high = min(values), max(values)
        if not logarithmic:
            room = (high - low or 1.0) * padding
            low, high = low - room, high + room
        self.low, self.high, self.begin, self.end = low, high, begin, end

    def __call__(self, value):
        if self.logarithmic:
            share = math.log(value / self.low) / math.log(self.high / self.low)
        else:
            share = (value - self.low) / (self.high - self.low)
        return self.begin + (self.end - self.begin) * share


def legend(names, dashed):
    parts = []
    for index, name in enumerate(names):
        y = TOP + 14 + 19 * index
        x = WIDTH - RIGHT + 14
        dash = ' stroke-dasharray="5 4"' if name in dashed else ""
        parts.append(f'<line x1="{x}" y1="{y - 4}" x2="{x + 22}" y2="{y - 4}" '
                     f'stroke="{COLOURS[index % len(COLOURS)]}" stroke-width="2"{dash}/>')
        parts.append(f'<text x="{x + 28}" y="{y}" fill="#222">{escape(name)}</text>')
    return parts


def diagram(title, x_label, y_label, curves, dashed=(), y_range=None):
    """@param curves  [(name, xs, ys)]. @return the whole SVG."""
    xs = [x for _, points, _ in curves for x in points]
    ys = list(y_range) if y_range else [y for _, _, values in curves for y in values]
    x_axis = Axis(xs, LEFT, WIDTH - RIGHT, x_label.endswith("Hz"), 0.0)
    y_axis = Axis(ys, HEIGHT - BOTTOM, TOP, False, 0.0 if y_range else 0.06)
    out = [f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" '
           f'height="{HEIGHT}" font-family="sans-serif" font-size="12">',
           f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
           f'<text x="{LEFT}" y="24" font-size="15" fill="#111">{escape(title)}</text>']
    for mark in ticks(x_axis.low, x_axis.high, x_axis.logarithmic):
        x = x_axis(mark)
        out.append(f'<line x1="{x:.1f}" y1="{TOP}" x2="{x:.1f}" y2="{HEIGHT - BOTTOM}" stroke="#ddd"/>')
        out.append(f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 17}" text-anchor="middle" fill="#444">'
                   f'{short(round(mark, 6))}</text>')
    for mark in ticks(y_axis.low, y_axis.high, False):
        y = y_axis(mark)
        out.append(f'<line x1="{LEFT}" y1="{y:.1f}" x2="{WIDTH - RIGHT}" y2="{y:.1f}" stroke="#ddd"/>')
        out.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end" fill="#444">'
                   f'{short(round(mark, 6))}</text>')
    out.append(f'<text x="{(LEFT + WIDTH - RIGHT) / 2}" y="{HEIGHT - 14}" text-anchor="middle" '
               f'fill="#222">{escape(x_label)}</text>')
    out.append(f'<text transform="translate(18 {(TOP + HEIGHT - BOTTOM) / 2}) rotate(-90)" '
               f'text-anchor="middle" fill="#222">{escape(y_label)}</text>')
    out.append(f'<clipPath id="plot"><rect x="{LEFT}" y="{TOP}" width="{WIDTH - LEFT - RIGHT}" '
               f'height="{HEIGHT - TOP - BOTTOM}"/></clipPath>')
    for index, (name, points, values) in enumerate(curves):
        path = " ".join(f"{x_axis(x):.1f},{y_axis(y):.1f}" for x, y in zip(points, values))
        dash = ' stroke-dasharray="5 4"' if name in dashed else ""
        out.append(f'<polyline clip-path="url(#plot)" points="{path}" fill="none" stroke-width="2" '
                   f'stroke="{COLOURS[index % len(COLOURS)]}"{dash}/>')
    if len(curves) > 1:
        out += legend([name for name, _, _ in curves], dashed)
    return "\n".join(out) + "\n</svg>\n"
