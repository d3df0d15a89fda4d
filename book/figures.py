"""The visual style of the figures in the book, and two drawings that several pages use.

A page starts with `import figures` and `figures.use_style()`. Lines and text are in a medium grey
on a transparent background, so that a figure is legible on light and on dark pages. The colours are
those of Okabe and Ito, which colour-blind readers can distinguish. Even so, a figure must not
express anything by colour alone.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import matplotlib as mpl
from cycler import cycler
from matplotlib.axes import Axes
from matplotlib.patches import Circle
from matplotlib_inline.backend_inline import set_matplotlib_formats

INK = "#767676"  # contrast 4.5 to 1 on white; course.css brightens figures on dark pages

COLOURS = {
    "blue": "#0072B2",
    "orange": "#E69F00",
    "green": "#009E73",
    "vermillion": "#D55E00",
    "sky": "#56B4E9",
    "purple": "#CC79A7",
    "yellow": "#F0E442",
    "grey": INK,
    "black": INK,  # true black would be invisible on a dark page
}

# The order of colours for lines and markers, starting with those that contrast best with white and
# with near-black. Orange, sky and yellow contrast less, so use them for areas with an outline.
CYCLE = [COLOURS[name] for name in ("blue", "vermillion", "green", "purple", "orange", "sky")]


def use_style() -> None:
    """Set Matplotlib's defaults for a page of the book. Call it once, before the first figure."""
    set_matplotlib_formats("svg", metadata={"Date": None})
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
            "axes.edgecolor": INK,
            "axes.titlecolor": INK,
            "xtick.color": INK,
            "ytick.color": INK,
            "grid.color": INK,
            "grid.alpha": 0.25,
            "patch.edgecolor": INK,
            "lines.linewidth": 2.2,
            "lines.markersize": 6,
            "font.size": 12,
            "axes.titlesize": 12,
            "axes.labelsize": 12,
            "legend.fontsize": 11,
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
                    fontsize=11,
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
