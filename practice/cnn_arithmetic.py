"""Problems on the arithmetic of convolution layers."""

from __future__ import annotations

import math
from fractions import Fraction

from nnlib.conv_arithmetic import conv_output_size, solve_conv
from nnlib.network_table import Conv, Dense, Pool, summarize
from practice.answers import Integer, Settings, Shape
from practice.draw import Draw
from practice.problem import Problem, problem
from practice.text import plus

RULE = "floor((i + 2*p - d*(k - 1) - 1)/s) + 1"
CEILING = (
    "ceil((i + 2*p - d*(k - 1) - 1)/s) + 1",
    "Your numbers fit if one rounds up. But a window that does not fit is dropped: round down.",
)
ONE_SIDE = (
    "floor((i + p - d*(k - 1) - 1)/s) + 1",
    "Your numbers fit if the padding is counted once. Zeros are added on *both* sides.",
)
NO_ONE = (
    "floor((i + 2*p - d*(k - 1) - 1)/s)",
    "Your numbers fit if the first window is forgotten: one has to be added.",
)
NO_DILATION = (
    "floor((i + 2*p - k)/s) + 1",
    r"Your numbers fit without dilation. With it, the kernel spans $d(k - 1) + 1$ entries.",
)
CHECK = r"Put your numbers into $\lfloor (i + 2p - k')/s \rfloor + 1$ with $k' = d(k - 1) + 1$."


@problem("cnn-output-size", section="cnn-arithmetic-size")
def output_size(draw: Draw) -> Problem:
    i, k, s, p = draw.integer(15, 50), draw.integer(4, 9), draw.integer(2, 3), draw.integer(2, 7)
    room = i + 2 * p - k
    return Problem(
        r"A layer reads $i = <i>$ entries with a kernel of $k = <k>$, stride $s = <s>$ and padding $p = <p>$. How many entries does it write?",
        Integer(conv_output_size(i, k, s, p)),
        {
            "m26": (-(-room // s) + 1, "You rounded up. A window that does not fit is dropped: round down."),
            "m26/unrounded": (
                Fraction(room, s) + 1,
                "Windows are counted, so their number is whole. The last part of a window does not count.",
            ),
            "the first window": (room // s, "The first window is there before any step: add one."),
            "padding on one side": ((room - p) // s + 1, "The padding is added on *both* sides."),
            "the kernel forgotten": ((i + 2 * p) // s + 1, "The last window needs room for the whole kernel."),
        },
        hint=r"How many steps of $<s>$ fit into what the first window leaves?",
        solution=r"""With padding there are $<i> + 2 \cdot <p> = <wide>$ entries, of which the first window takes $<k>$ and leaves $<room>$.

$\lfloor <room>/<s> \rfloor + 1 = <answer>$""",
        check=r"The last window has to end inside the padded signal.",
        given={"i": i, "k": k, "s": s, "p": p, "wide": i + 2 * p, "room": room},
    )


@problem("cnn-dilated-size", section="cnn-arithmetic-size")
def dilated_size(draw: Draw) -> Problem:
    i, k, s, p, d = draw.integer(20, 45), draw.integer(2, 5), draw.integer(1, 3), draw.integer(0, 3), draw.integer(2, 4)
    span = d * (k - 1) + 1
    return Problem(
        r"A layer reads $i = <i>$ entries with $k = <k>$, $s = <s>$, $p = <p>$ and dilation $d = <d>$. How many entries does it write?",
        Integer(conv_output_size(i, k, s, p, d)),
        {
            "dilation forgotten": (
                (i + 2 * p - k) // s + 1,
                r"The kernel's entries are $<d>$ apart, so it spans $d(k - 1) + 1$ entries.",
            ),
            "a wider span": (
                (i + 2 * p - d * k) // s + 1,
                r"There are only $k - 1$ steps from the first to the last entry of the kernel.",
            ),
            "a narrower span": ((i + 2 * p - d * (k - 1)) // s + 1, r"The span counts both ends: $d(k - 1) + 1$."),
        },
        hint=r"How many entries does the kernel span, first and last included?",
        solution=r"""The kernel spans $k' = <d> \cdot (<k> - 1) + 1 = <span>$ entries.

$\lfloor (<i> + 2 \cdot <p> - <span>)/<s> \rfloor + 1 = <answer>$""",
        check=r"With $d = 1$ the span is $k$.",
        given={"i": i, "k": k, "s": s, "p": p, "d": d, "span": span},
    )


def _network(draw: Draw) -> dict[str, int]:
    """Draw a convolution with stride 2, a pooling without overlap and a convolution that sees all channels."""
    g = {
        "image": draw.one_of([64, 96, 128, 160]),
        "first": draw.one_of([8, 16, 32]),
        "k": draw.one_of([4, 6, 8]),
        "p": draw.integer(0, 3),
        "pool": draw.one_of([2, 3]),
        "last": draw.one_of([12, 24, 48, 64]),
        "k3": draw.one_of([3, 5]),
        "p3": draw.integer(0, 2),
    }
    layers: list[Conv | Pool | Dense] = [
        Conv(g["first"], k=g["k"], s=2, p=g["p"]),
        Pool(g["pool"]),
        Conv(g["last"], k=g["k3"], p=g["p3"]),
    ]
    sizes = [row.shape[1] for row in summarize(layers, (3, g["image"], g["image"])).rows]
    g |= {"o1": sizes[-3], "o2": sizes[-2], "o3": sizes[-1]}
    return g


NETWORK = (
    r"An image of $3 \times <image> \times <image>$ passes a convolution (<first> kernels $<k> \times <k>$, stride 2, padding $<p>$), a "
    r"$<pool> \times <pool>$ max-pooling without overlap, which drops what does not fill a window, and a convolution (<last> kernels $<k3> \times <k3>$, stride 1, padding $<p3>$). "
)
SIZES = r"""The sizes are $\lfloor (<image> + 2 \cdot <p> - <k>)/2 \rfloor + 1 = <o1>$, then $\lfloor <o1>/<pool> \rfloor = <o2>$, then
$<o2> + 2 \cdot <p3> - <k3> + 1 = <o3>$, and there are $<last>$ channels."""


@problem("cnn-scalars", section="cnn-arithmetic-network", items="S0.Q5.1 S1.Q4.1 S4.Q6.1")
def scalars(draw: Draw) -> Problem:
    g = _network(draw)
    area = g["o3"] ** 2
    unpooled = (g["o1"] + 2 * g["p3"] - g["k3"] + 1) ** 2
    return Problem(
        NETWORK + "How many numbers come out?",
        Integer(g["last"] * area),
        {
            "m25": (area, "The channels were dropped. Each kernel of the last layer writes a picture of its own."),
            "the pooling forgotten": (g["last"] * unpooled, "The pooling makes the pictures smaller."),
            "the other channels": (
                g["first"] * area,
                "These are the channels that the last layer *reads*. It writes one for each of its kernels.",
            ),
            "channels multiplied": (
                g["first"] * g["last"] * area,
                "The channels that a layer reads are summed over; they do not multiply its output.",
            ),
        },
        hint="Follow height and width through the three layers, and multiply by the number of kernels of the last one.",
        solution=SIZES + "\n\n" + r"$<last> \cdot <o3> \cdot <o3> = <answer>$",
        check="Channels times height times width, multiplied out.",
        given=g,
    )


@problem("cnn-shape", section="cnn-arithmetic-network", items="S3.Q3.a")
def shape(draw: Draw) -> Problem:
    g = _network(draw)
    o1, o2, o3 = g["o1"], g["o2"], g["o3"]
    rounded_up = -(-(g["image"] + 2 * g["p"] - g["k"]) // 2) + 1
    return Problem(
        NETWORK + "What is the shape of the output, channels first?",
        Shape((g["last"], o3, o3)),
        {
            "m25": ((o3, o3), "The channels were dropped: each kernel writes a picture of its own."),
            "channels last": ((o3, o3, g["last"]), "The question asks for channels first: channels × height × width."),
            "the pooling forgotten": (
                (g["last"], *((o1 + 2 * g["p3"] - g["k3"] + 1,) * 2)),
                "The pooling makes the pictures smaller.",
            ),
            "the first padding forgotten": (
                (g["last"], *(((((g["image"] - g["k"]) // 2 + 1) // g["pool"]) + 2 * g["p3"] - g["k3"] + 1,) * 2)),
                "The padding of the first layer is missing.",
            ),
            "m26": (
                (g["last"], *((-(-rounded_up // g["pool"]) + 2 * g["p3"] - g["k3"] + 1,) * 2)),
                "You rounded up. A window that does not fit is dropped: round down.",
            ),
            "before the last layer": ((g["first"], o2, o2), "This is what the last layer reads."),
        },
        hint="Height and width change by the same rule; the number of channels is the number of kernels.",
        solution=SIZES + "\n\n" + r"The shape is $<answer>$.",
        check="Three sizes, and the last two are equal.",
        given=g,
    )


@problem("cnn-weights", section="cnn-arithmetic-weights", items="S0.Q5.2 S1.Q4.2 S3.Q3.b S4.Q6.2")
def weights(draw: Draw) -> Problem:
    g = _network(draw)
    right = g["last"] * g["first"] * g["k3"] ** 2
    return Problem(
        NETWORK + "How many weights does the *last* layer have, without biases?",
        Integer(right),
        {
            "m25": (
                g["last"] * g["k3"] ** 2,
                r"The channels that the layer reads were dropped. Each kernel has $k \times k$ weights for *every one* of them.",
            ),
            "with biases": (right + g["last"], "The biases were counted, too: one for each kernel."),
            "colors": (
                g["last"] * 3 * g["k3"] ** 2,
                "Three is the number of channels of the image. The last layer reads those of the layer before.",
            ),
            "one side": (g["last"] * g["first"] * g["k3"], r"A kernel has $k \cdot k$ weights for each channel."),
            "the positions": (
                right * g["o3"] ** 2,
                "The same weights are used at every position. This is the number of multiply-adds.",
            ),
        },
        hint="How many channels does the last layer read?",
        solution=r"""The pooling keeps the <first> channels. Each of the <last> kernels has $<k3> \cdot <k3>$ weights for each of them.

$<last> \cdot <first> \cdot <k3>^2 = <answer>$""",
        check="The size of the image plays no part.",
        given=g,
    )


@problem("cnn-work", section="cnn-arithmetic-work")
def work(draw: Draw) -> Problem:
    c, out, k = draw.integer(2, 8), draw.integer(4, 12), draw.one_of([3, 5])
    i, s = draw.integer(3, 8) * 4, 2
    p = k // 2
    o = conv_output_size(i, k, s, p)
    once = out * c * k * k
    return Problem(
        r"A convolution reads <c> channels of $<i> \times <i>$ with <out> kernels $<k> \times <k>$, stride 2 and padding $<p>$. How many "
        r"multiply-adds does it take, counted with the padded zeros and without biases?",
        Integer(once * o * o),
        {
            "the input's positions": (
                once * i * i,
                "The kernel stands at the positions of the *output*; the stride leaves out the others.",
            ),
            "the weights": (once, "This is the number of weights. Each is used at every position."),
            "one channel": (once // c * o * o, "Each kernel reads all channels."),
            "one direction": (once * o, "There are positions in both directions."),
        },
        hint="How often is each weight used?",
        solution=r"""The output is $<o> \times <o>$, and each of the $<out> \cdot <c> \cdot <k>^2 = <once>$ weights is used once at each position.

$<once> \cdot <o>^2 = <answer>$""",
        check="It is a multiple of the number of weights.",
        given={"c": c, "out": out, "k": k, "i": i, "p": p, "o": o, "once": once},
    )


@problem("cnn-field", section="cnn-arithmetic-field")
def field(draw: Draw) -> Problem:
    ks, ss = draw.integers(3, 2, 6), (*draw.integers(2, 1, 3), 1)
    steps = [1, ss[0], ss[0] * ss[1]]
    right = 1 + sum((k - 1) * step for k, step in zip(ks, steps, strict=True))
    return Problem(
        r"Three layers have kernels of $<ks>$ and strides of $<ss>$, from the first to the last. How many entries of the input, in one direction, "
        r"does one entry of the last output see?",
        Integer(right),
        {
            "the strides forgotten": (
                1 + sum(k - 1 for k in ks),
                "After a stride, neighbors are further apart in the input.",
            ),
            "a product": (math.prod(ks), "The windows overlap, so the kernels are not multiplied."),
            "its own stride": (
                1 + sum((k - 1) * step * s for k, step, s in zip(ks, steps, ss, strict=True)),
                "A layer's own stride moves its *outputs* apart. Its kernel feels the strides before it.",
            ),
            "the one forgotten": (right - 1, "The entry itself is seen, too: begin with one."),
        },
        hint=r"$r_l = r_{l-1} + (k_l - 1)\,S_{l-1}$, where $S$ is the product of the strides before.",
        solution=r"""The strides before the three layers multiply to $<steps>$.

$<sum> = <answer>$""",
        check="With strides of one it would be one plus the sum of all $k - 1$.",
        given={
            "ks": ks,
            "ss": ss,
            "steps": steps,
            "sum": plus(1, *(rf"({k} - 1) \cdot {step}" for k, step in zip(ks, steps, strict=True))),
        },
    )


@problem("cnn-dilated-field", section="cnn-arithmetic-dilation")
def dilated_field(draw: Draw) -> Problem:
    layers, k = draw.integer(3, 8), draw.integer(2, 9)
    right = 1 + (k - 1) * (2**layers - 1)
    return Problem(
        r"<layers> layers with kernels of <k> and stride 1 have the dilations $1, 2, 4, \dots$, doubling each time. How many entries of the input "
        r"does one entry of the output see?",
        Integer(right),
        {
            "no dilation": (1 + (k - 1) * layers, "This is without dilation."),
            "one layer too many": (1 + (k - 1) * (2 ** (layers + 1) - 1), r"The dilations sum to $2^{<layers>} - 1$."),
            "the last layer alone": (
                1 + (k - 1) * 2 ** (layers - 1),
                "This is the span of the last layer alone. Each layer adds its own.",
            ),
            "the one forgotten": (right - 1, "The entry itself is seen, too: begin with one."),
        },
        hint=r"Each layer adds $(k - 1)$ times its dilation. What do the dilations sum to?",
        solution=r"""The dilations sum to $2^{<layers>} - 1 = <total>$, and each layer adds $<k> - 1$ times its own.

$1 + (<k> - 1) \cdot <total> = <answer>$""",
        check=r"A single layer would see $k$ entries.",
        given={"layers": layers, "k": k, "total": 2**layers - 1},
    )


@problem("cnn-find-stride", section="cnn-arithmetic-first", items="S4.Q7.1a")
def find_stride(draw: Draw) -> Problem:
    o, k = draw.integer(6, 20), draw.integer(3, 8)
    i = 2 * o
    return Problem(
        r"A layer with a kernel of $k = <k>$ and no dilation should take $<i>$ entries to $<o>$. Find a stride $s \ge 2$ and a padding $p$. "
        "A window that does not fit is dropped.",
        Settings(RULE, goal=o, given={"i": i, "k": k, "d": 1}, least={"s": 2, "p": 0}),
        {
            "m26": CEILING,
            "padding on one side": ONE_SIDE,
            "the first window": NO_ONE,
        },
        hint=r"Try $s = 2$. How many entries do $<o>$ windows then need?",
        solution=r"""$<o>$ windows with stride $2$ need $2 \cdot (<o> - 1) + <k> = <need>$ entries, or one more, and the padding adds an even number
to $<i>$. There are other answers.

For example $<answer>$.""",
        check=CHECK,
        given={"i": i, "o": o, "k": k, "need": 2 * (o - 1) + k},
    )


@problem("cnn-find-dilated", section="cnn-arithmetic-first", items="S4.Q7.1b")
def find_dilated(draw: Draw) -> Problem:
    o, d = draw.integer(8, 32), draw.integer(3, 7)
    i = 2 * o
    return Problem(
        r"A layer with stride $s = 2$ and dilation $d = <d>$ should take $<i>$ entries to $<o>$. Find a kernel size $k \ge 2$ and a padding $p$. "
        "A window that does not fit is dropped.",
        Settings(RULE, goal=o, given={"i": i, "s": 2, "d": d}, least={"k": 2, "p": 0}),
        {
            "dilation forgotten": NO_DILATION,
            "m26": CEILING,
            "padding on one side": ONE_SIDE,
        },
        hint=r"The kernel spans $k' = <d>(k - 1) + 1$ entries. What does $k = 2$ need?",
        solution=r"""$<o>$ windows with stride $2$ need $2 \cdot (<o> - 1) + k'$ entries, or one more, with $k' = <d>(k - 1) + 1$. So
$p = \lfloor <d>(k - 1)/2 \rfloor$ works for every $k$.

For example $<answer>$.""",
        check=CHECK,
        given={"i": i, "o": o, "d": d},
    )


@problem("cnn-pool-window", section="cnn-arithmetic-middle", items="S4.Q7.2a")
def pool_window(draw: Draw) -> Problem:
    o, k = draw.integer(3, 20), draw.integer(3, 24)
    i = o * k
    return Problem(
        r"A pooling whose windows neither overlap nor leave an entry out takes $<i>$ entries to $<o>$. How many entries does its window "
        r"have?",
        Integer(k),
        {
            "the number of windows": (
                o,
                "This is the number of windows. The question asks how many entries each of them has.",
            ),
            "steps of one": (i - o + 1, "This is the window for a stride of one, where the windows overlap."),
            "between the windows": (i // (o - 1), r"There are $<o>$ windows, and they share all $<i>$ entries."),
        },
        hint="Without overlap and gaps the stride is the size of the window.",
        solution=r"""With $k = s$ the windows tile the input.

$k = <i>/<o> = <answer>$""",
        check="All windows together have as many entries as the input.",
        given={"i": i, "o": o},
    )


@problem("cnn-pool-overlap", section="cnn-arithmetic-middle", items="S4.Q7.2b")
def pool_overlap(draw: Draw) -> Problem:
    s = draw.integer(2, 5)
    k, i = s + draw.integer(1, 5), draw.integer(20, 64)
    return Problem(
        r"How many entries come out of $<i>$ with a pooling window of $k = <k>$ and the stride $s = <s>$, without padding? "
        "A window that does not fit is dropped.",
        Integer(conv_output_size(i, k, s)),
        {
            "as if tiling": (i // s, r"This is for windows of $<s>$. Larger windows stick out at the end sooner."),
            "by the window": (i // k, "The windows overlap: the step is the stride, not the window."),
            "m26": (-(-(i - k) // s) + 1, "You rounded up. A window that does not fit is dropped: round down."),
            "the first window": ((i - k) // s, "The first window is there before any step: add one."),
        },
        hint=r"How much room is left after the first window?",
        solution=r"""The first window leaves $<i> - <k> = <room>$ entries.

$\lfloor <room>/<s> \rfloor + 1 = <answer>$""",
        check="The last window has to end inside.",
        given={"i": i, "k": k, "s": s, "room": i - k},
    )


def _find_kernel(draw: Draw, p: int, d: int) -> Problem:
    o, times = draw.integer(4, 14), draw.integer(2, 4)
    i = o * times + draw.integer(0, 2)
    slips = {"m26": CEILING} | ({"padding on one side": ONE_SIDE} if p else {})
    slips |= {"dilation forgotten": NO_DILATION} if d > 1 else {"the first window": NO_ONE}
    return Problem(
        r"A layer with padding $p = <p>$ and dilation $d = <d>$ should take $<i>$ entries to $<o>$. Find a kernel size $k \ge 2$ and a stride $s$. "
        "A window that does not fit is dropped.",
        Settings(RULE, goal=o, given={"i": i, "p": p, "d": d}, least={"k": 2, "s": 1}),
        slips,
        hint=r"The last window begins $<o> - 1$ strides after the first, and has to end inside. Another stride may not fit.",
        solution=r"""With $k' = d(k - 1) + 1$ the condition is $(<o> - 1)\,s \le <wide> - k' < <o>\,s$. There are several answers.

For example $<answer>$.""",
        check=CHECK,
        given={"i": i, "o": o, "p": p, "d": d, "wide": i + 2 * p},
    )


@problem("cnn-find-plain", section="cnn-arithmetic-last", items="S4.Q7.3a")
def find_plain(draw: Draw) -> Problem:
    return _find_kernel(draw, p=0, d=1)


@problem("cnn-find-with-dilation", section="cnn-arithmetic-last", items="S4.Q7.3b")
def find_with_dilation(draw: Draw) -> Problem:
    return _find_kernel(draw, p=draw.integer(2, 3), d=draw.integer(2, 3))


@problem("cnn-find-with-padding", section="cnn-arithmetic-last", items="S4.Q7.3c")
def find_with_padding(draw: Draw) -> Problem:
    return _find_kernel(draw, p=draw.integer(1, 3), d=1)


@problem("cnn-how-many", section="cnn-arithmetic-last", items="S4.Q7.3a")
def how_many(draw: Draw) -> Problem:
    i, o = draw.integer(6, 12), draw.integer(3, 5)
    found = solve_conv(i, o, p=0, d=1)
    strides = sorted({setting.s for setting in found})
    listed = r",\; ".join(f"({setting.k}, {setting.s})" for setting in sorted(found, key=lambda one: (one.s, one.k)))
    rounded_up = sum(1 for k in range(1, i + 1) for s in range(1, i + 1) if -(-(i - k) // s) + 1 == o)
    return Problem(
        r"Without padding and dilation, how many pairs $(k, s)$ of a kernel size $k \ge 1$ and a stride $s \ge 1$ take $<i>$ entries to $<o>$? "
        "A window that does not fit is dropped.",
        Integer(len(found)),
        {
            "m37": (1, "One pair is easily found, but it is not the only one. Look at every stride."),
            "one for each stride": (len(strides), "For some strides several kernel sizes work."),
            "m26": (rounded_up, "You rounded up. A window that does not fit is dropped: round down."),
        },
        hint=r"For each stride: $<o> - 1$ steps have to fit into $<i> - k$, and $<o>$ steps may not.",
        solution=r"""$(<o> - 1)\,s \le <i> - k < <o>\,s$ leaves the pairs $<listed>$.

There are $<answer>$ of them.""",
        check=r"Stride one always gives exactly one pair.",
        given={"i": i, "o": o, "listed": listed},
    )
