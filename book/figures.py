"""The visual style of the figures in the book, and two drawings that several pages use.

A page starts with `import figures` and `figures.use_style()`. A figure is an SVG file with a
transparent background. It contains its colours for light pages, and a style that replaces them on
dark pages: the browser follows the `color-scheme` that course.css sets for images. Blue stands for
values that run forward, and vermillion for gradients. Even so, a figure must not express anything
by colour alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
from cycler import cycler
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.backends.backend_svg import RendererSVG
from matplotlib.patches import Circle
from matplotlib_inline.backend_inline import set_matplotlib_formats

FONTS = Path(__file__).parents[1] / ".cache/live/fonts"  # from book/live/fetch.py
FAMILY = "Source Sans 3"

INK = "#565d66"  # labels; contrast 6.5 to 1
EDGE = "#7a8087"  # axes

# Sky and yellow are for areas with an outline or a text. As lines they would be too pale.
COLOURS = {
    "blue": "#00619a",
    "orange": "#8a6a00",
    "green": "#007a5a",
    "vermillion": "#ad4200",
    "sky": "#b5d8ee",
    "purple": "#a8487f",
    "yellow": "#f0dc8c",
    "grey": INK,
    "black": "#20242a",
}
DARK = {
    INK: "#a3a9b1",
    EDGE: "#7f8790",
    COLOURS["black"]: "#dcd9d2",
    COLOURS["blue"]: "#6cb8ea",
    COLOURS["orange"]: "#e2bb5f",
    COLOURS["green"]: "#55c9a0",
    COLOURS["vermillion"]: "#f59a62",
    COLOURS["sky"]: "#24506e",
    COLOURS["purple"]: "#e39cc4",
    COLOURS["yellow"]: "#5c4d16",
    "#000000": "#dcd9d2",
}

# The order of colours for lines and markers.
CYCLE = [COLOURS[name] for name in ("blue", "vermillion", "green", "purple", "orange", "black")]


def dark_style() -> str:
    """Return the style that replaces the colours of a figure on a dark page."""
    rules = "".join(
        f"[style*='{what}: {light}']{{{what}:{dark}!important}}"
        for light, dark in DARK.items()
        for what in ("fill", "stroke")
    )
    return f"@media (prefers-color-scheme:dark){{svg{{fill:{DARK['#000000']}}}{rules}}}"


class Renderer(RendererSVG):
    """Matplotlib's writer of SVG, which adds the style for dark pages to each file."""

    _write_light_style = RendererSVG._write_default_style

    def _write_default_style(self) -> None:
        self._write_light_style()
        self.writer.element("style", type="text/css", text=dark_style())


def use_style() -> None:
    """Set Matplotlib's defaults for a page of the book. Call it once, before the first figure."""
    set_matplotlib_formats("svg", metadata={"Date": None})
    mpl.backends.backend_svg.RendererSVG = Renderer
    for file in FONTS.glob("*.ttf"):
        font_manager.fontManager.addfont(file)
    families = [FAMILY, "DejaVu Sans"] if FONTS.is_dir() else ["DejaVu Sans"]
    mpl.rcParams.update(
        {
            "figure.figsize": (6.4, 3.4),
            "figure.facecolor": "none",
            "axes.facecolor": "none",
            "savefig.facecolor": "none",
            "legend.framealpha": 0.0,
            "legend.frameon": False,
            "text.color": INK,
            "axes.labelcolor": INK,
            "axes.edgecolor": EDGE,
            "axes.titlecolor": INK,
            "xtick.color": EDGE,
            "ytick.color": EDGE,
            "xtick.labelcolor": INK,
            "ytick.labelcolor": INK,
            "grid.color": INK,
            "grid.alpha": 0.25,
            "patch.edgecolor": INK,
            "lines.linewidth": 1.8,
            "lines.markersize": 6,
            "font.family": families,
            "font.size": 12.5,
            "axes.titlesize": 12.5,
            "axes.labelsize": 12.5,
            "legend.fontsize": 12,
            "xtick.labelsize": 11.5,
            "ytick.labelsize": 11.5,
            "mathtext.fontset": "stixsans",
            "axes.spines.top": False,
            "axes.spines.right": False,
            "axes.prop_cycle": cycler(color=CYCLE),
            "image.cmap": "cividis",
            "svg.hashsalt": "backpropagation",  # so that the same figure gives the same file
        }
    )


def draw_network(
    ax: Axes,
    widths: Sequence[int],
    labels: Sequence[str] | None = None,
    highlight: Iterable[tuple[int, int]] | None = None,
) -> None:
    """Draw a fully connected network with its inputs on the left.

    widths: the number of neurons in each layer, for example [3, 4, 2]. labels: a text for each
    layer, written below it. highlight: neurons as pairs (layer, index), both counted from 0 and the
    index from the top. These neurons and the connections between them get thick lines in another
    colour.
    """
    marked = set(highlight or ())
    gap, tallest = 2.2, max(widths)
    place = {
        (layer, i): (layer * gap, (width - 1) / 2 - i)
        for layer, width in enumerate(widths)
        for i in range(width)
    }
    for layer in range(len(widths) - 1):
        for i in range(widths[layer]):
            for j in range(widths[layer + 1]):
                ends = (layer, i), (layer + 1, j)
                on = marked.issuperset(ends)
                (x0, y0), (x1, y1) = place[ends[0]], place[ends[1]]
                ax.plot(
                    [x0, x1],
                    [y0, y1],
                    color=COLOURS["vermillion"] if on else INK,
                    linewidth=2.4 if on else 0.9,
                    alpha=1.0 if on else 0.7,
                    zorder=2 if on else 1,
                )
    for (layer, i), (x, y) in place.items():
        on = (layer, i) in marked
        if layer == 0:
            face = COLOURS["grey"]
        else:
            face = COLOURS["vermillion"] if on else COLOURS["blue"]
        edge = COLOURS["vermillion"] if on else INK
        ax.add_patch(
            Circle(
                (x, y), 0.3, facecolor=face, edgecolor=edge, linewidth=2.4 if on else 1, zorder=3
            )
        )
    for layer, text in enumerate(labels or ()):
        ax.text(layer * gap, -tallest / 2 - 0.15, text, ha="center", va="top")
    ax.set_xlim(-0.9, gap * (len(widths) - 1) + 0.9)
    ax.set_ylim(-tallest / 2 - (0.9 if labels else 0.2), tallest / 2 + 0.2)
    ax.set_aspect("equal")
    ax.axis("off")


def draw_graph(
    ax: Axes, nodes: Mapping[str, Sequence[Any]], edges: Iterable[Sequence[str]]
) -> None:
    """Draw a small computation graph: operations as circles, values along the arrows.

    nodes: name -> (x, y) or (x, y, text). A node without a text shows its name. Distances of about
    2 in x and 1 in y look right.
    edges: (from, to), (from, to, above) or (from, to, above, below). `above` is the forward value,
    written above the arrow in blue; `below` is the gradient, written below it in vermillion.
    If the name of a node starts with "_", nothing is drawn at its position. Use it as the end of
    an arrow that enters or leaves the graph.
    """
    size = 0.34
    for edge in edges:
        start, end, *texts = edge
        (x0, y0), (x1, y1) = nodes[start][:2], nodes[end][:2]
        length = max(((x1 - x0) ** 2 + (y1 - y0) ** 2) ** 0.5, 1e-9)
        ux, uy = (x1 - x0) / length, (y1 - y0) / length
        back = 0.0 if start.startswith("_") else size
        ahead = 0.0 if end.startswith("_") else size
        ax.annotate(
            "",
            xy=(x1 - ux * ahead, y1 - uy * ahead),
            xytext=(x0 + ux * back, y0 + uy * back),
            arrowprops={
                "arrowstyle": "-|>",
                "color": INK,
                "linewidth": 1.3,
                "shrinkA": 0,
                "shrinkB": 0,
            },
        )
        middle = ((x0 + ux * back + x1 - ux * ahead) / 2, (y0 + uy * back + y1 - uy * ahead) / 2)
        for text, side, colour in zip(texts, (1, -1), ("blue", "vermillion"), strict=False):
            if text:
                # Shift the text at a right angle to the arrow: up for `above`, down for `below`.
                ax.annotate(
                    text,
                    xy=middle,
                    xytext=(-uy * 4 * side * (1 if ux >= 0 else -1), abs(ux) * 4 * side),
                    textcoords="offset points",
                    ha="center" if abs(uy) < 0.2 else ("right" if (uy * side > 0) else "left"),
                    va="bottom" if side > 0 else "top",
                    color=COLOURS[colour],
                    fontsize=12,
                )
    xs, ys = [], []
    for name, (x, y, *shown) in nodes.items():
        xs.append(x)
        ys.append(y)
        if name.startswith("_"):
            continue
        ax.add_patch(Circle((x, y), size, facecolor="none", edgecolor=INK, linewidth=1.5))
        ax.text(x, y, shown[0] if shown else name, ha="center", va="center")
    ax.set_xlim(min(xs) - 0.6, max(xs) + 0.6)
    ax.set_ylim(min(ys) - 0.7, max(ys) + 0.7)
    ax.set_aspect("equal")
    ax.axis("off")
