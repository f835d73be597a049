# ---
# jupyter:
#   jupytext:
#     cell_metadata_filter: tags,mystnb,-all
#     formats: ipynb,py:percent
#     notebook_metadata_filter: kernelspec,jupytext,-jupytext.text_representation.jupytext_version
#     text_representation:
#       extension: .py
#       format_name: percent
#       format_version: '1.3'
#   kernelspec:
#     display_name: Python 3 (ipykernel)
#     language: python
#     name: python3
# ---

# %% [markdown]
# # From recordings to windows
#
# **What you will do**
#
# - Filter a signal at a cut-off frequency that means what it says, and bring it to another rate without
#   inventing frequencies.
# - Look for gaps, and cut recordings of unequal length into labelled windows that know whose they are.
# - Split the windows by person, and give the channels a common scale that comes from the training people
#   alone.

# %%
# Where gaitnb is missing (Colab, say), install it from its repository; elsewhere do nothing.
import importlib.util
import subprocess
import sys

if importlib.util.find_spec("gaitnb") is None:
    source = "git+https://github.com/OWNER/gaitnb"
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", source], check=True)
    importlib.invalidate_caches()

# %% tags=["parameters"]
length_s: float = 2.0  # 0.5..10; duration of a window
overlap: float = 0.5  # 0..0.9; share of a window that the next one sees again
seed: int = 0  # 0..999; of noise, made-up people and splits
run_dir: str = ""  # any; folder for files of this notebook, nothing is written when empty

# %%
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import xarray as xr
from scipy.signal import butter, sosfreqz
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import balanced_accuracy_score

from gaitnb import data, figures, recordings, signals, splits, windows
from gaitnb.errors import GaitnbError

figures.use_style()
f"windows of {length_s:g} s, overlap {overlap:.0%}"

# %% [markdown]
# A model wants numbers in a box: (window, channel, time). A laboratory gives files: each of its own length,
# rate and noise, with holes. Each step between the two has a known answer that we check first.
#
# ## A filter by hand
#
# Walking is slow: nearly all of the movement of a leg lies below 10 Hz {cite:p}`winter2009`, and the heel's
# impact reaches some 50 Hz. Noise is everywhere. A {term}`low-pass filter` keeps what is slow. The usual one in
# biomechanics is that of Butterworth {cite:p}`robertson2003`, of second order:
#
# $$y_k = b_0 x_k + b_1 x_{k-1} + b_2 x_{k-2} - a_1 y_{k-1} - a_2 y_{k-2},$$
#
# with $w = \tan(\pi f_c / f_s)$, $q = 1 + \sqrt2\,w + w^2$, and
#
# $$b_0 = b_2 = \frac{w^2}{q},\quad b_1 = 2 b_0,\quad a_1 = \frac{2 (w^2 - 1)}{q},\quad
# a_2 = \frac{1 - \sqrt2\,w + w^2}{q}.$$
#
# We filter a step: 0 until the tenth sample, then 1, at 100 Hz, with the cut-off $f_c$ at 6 Hz.

# %%
# NBVAL_CHECK_OUTPUT
fs_hz, cutoff_hz = 100.0, 6.0
w = np.tan(np.pi * cutoff_hz / fs_hz)
q = 1 + np.sqrt(2) * w + w**2
b0, a1, a2 = w**2 / q, 2 * (w**2 - 1) / q, (1 - np.sqrt(2) * w + w**2) / q
x = np.r_[np.zeros(10), np.ones(30)]
y = np.zeros(40)
for k in range(2, 40):
    y[k] = b0 * (x[k] + 2 * x[k - 1] + x[k - 2]) - a1 * y[k - 1] - a2 * y[k - 2]
by_package = signals.low_pass(x, fs_hz, cutoff_hz, order=2, zero_phase=False)
assert np.allclose(y, by_package)
print("samples 10 to 16:", y[10:17].round(3))

# %% [markdown]
# The step comes out smooth and late. `signals.low_pass` gives the same numbers; it leaves the design to
# SciPy {cite:p}`virtanen2020`.
#
# ### Twice, and what the cut-off then means
#
# The delay goes away when the result is filtered again, backward in time: a {term}`zero-phase filter`. Two
# passes of second order are the "fourth-order zero-lag Butterworth" of so many methods sections. But
# two passes also damp twice. One pass lets a sine wave of frequency $f$ through with the gain
#
# $$g(f) = \frac{1}{\sqrt{1 + w^{2n}}}, \qquad w = \frac{\tan(\pi f/f_s)}{\tan(\pi f_c/f_s)},$$
#
# of order $n$, so $g = 1/\sqrt 2 = 0.71$ at the {term}`cut-off frequency`. Two passes have $g^2$: a half.
# For the two together to have 0.71 at $f_c$, each pass must be designed with a higher cut-off:
# $g^2 = 1/\sqrt2$ where $w = (\sqrt2 - 1)^{1/(2n)}$, which is 0.802 for $n = 2$.

# %%
# NBVAL_CHECK_OUTPUT
factor = (np.sqrt(2) - 1) ** (1 / 4)
by_hand = np.arctan(np.tan(np.pi * cutoff_hz / fs_hz) / factor) * fs_hz / np.pi
assert np.isclose(by_hand, signals.one_pass_cutoff(fs_hz, cutoff_hz, order=4))
print(f"factor {factor:.3f}; each pass at {by_hand:.2f} Hz for {cutoff_hz:g} Hz together")

# %% mystnb={"image": {"alt": "Gain against frequency of three filters with 6 Hz on the label. One pass and two corrected passes both cross 0.71 at 6 Hz, the two passes falling more steeply; two passes without the correction cross 0.71 below 5 Hz."}}
frequency = np.linspace(0.1, 20, 400)
one = butter(2, cutoff_hz, fs=fs_hz, output="sos")
corrected = butter(2, signals.one_pass_cutoff(fs_hz, cutoff_hz), fs=fs_hz, output="sos")
gain = {
    "one pass": np.abs(sosfreqz(one, frequency, fs=fs_hz)[1]),
    "two passes, not corrected": np.abs(sosfreqz(one, frequency, fs=fs_hz)[1]) ** 2,
    "two passes, corrected": np.abs(sosfreqz(corrected, frequency, fs=fs_hz)[1]) ** 2,
}
fig, ax = plt.subplots(figsize=(6.4, 3.4))
for name, values in gain.items():
    ax.plot(frequency, values, label=name)
ax.axhline(np.sqrt(0.5), color="k", lw=0.8)
ax.axvline(cutoff_hz, color="k", lw=0.8)
ax.set(xlabel="frequency (Hz)", ylabel="gain (none)", title="Three filters that all say 6 Hz")
ax.legend()
figures.sample_note(ax, 3, "filters, closed form", corner="lower left")
plt.show()

# %% [markdown]
# Without the correction a "6 Hz" filter cuts off at less than 5 Hz. Papers rarely say which one they used;
# `signals.low_pass` always means the whole filter. Sine waves at the cut-off prove it:

# %%
# NBVAL_CHECK_OUTPUT
t = np.arange(0, 60, 1 / fs_hz)
for frequency_hz in (3.0, 6.0, 20.0):
    wave = np.sin(2 * np.pi * frequency_hz * t)
    kept = signals.low_pass(wave, fs_hz, cutoff_hz=frequency_hz)[1000:-1000].std() / wave.std()
    assert abs(kept - np.sqrt(0.5)) < 0.005
    print(f"sine and cut-off at {frequency_hz:4.1f} Hz: {kept:.2f} of the size is left")

# %% [markdown]
# ### Which cut-off?
#
# A planted truth: an angle like that of a knee, its five harmonics known, plus noise of 1 degree. We know
# its angular acceleration, too, which inverse dynamics will need. Predict first: is the best cut-off for
# the angle also the best one for the acceleration?

# %% mystnb={"image": {"alt": "Error against cut-off frequency for an angle and its second derivative, each relative to its smallest error. Both curves fall steeply from low cut-offs and rise again; that of the acceleration has its lowest point at a lower frequency than that of the angle and rises much more steeply."}}
order = np.arange(1, 6)
size = np.array([20.0, 12.0, 4.0, 1.0, 0.5])[:, None]  # deg, of the five harmonics of 1 Hz
true_angle = (size * np.sin(2 * np.pi * order[:, None] * t + order[:, None])).sum(axis=0)
true_acc = (
    -size
    * (2 * np.pi * order[:, None]) ** 2
    * np.sin(2 * np.pi * order[:, None] * t + order[:, None])
).sum(axis=0)
noisy = true_angle + np.random.default_rng(seed).normal(0, 1.0, size=len(t))
cutoffs = np.arange(2, 16, 0.5)
error = np.empty((2, len(cutoffs)))
for k, cutoff in enumerate(cutoffs):
    smooth = signals.low_pass(noisy, fs_hz, float(cutoff))
    curved = np.gradient(np.gradient(smooth, 1 / fs_hz), 1 / fs_hz)
    error[:, k] = [(smooth - true_angle)[100:-100].std(), (curved - true_acc)[100:-100].std()]
best = cutoffs[error.argmin(axis=1)]
fig, ax = plt.subplots(figsize=(6.4, 3.2))
for name, row in zip(("angle", "angular acceleration"), error, strict=True):
    ax.semilogy(cutoffs, row / row.min(), "o-", ms=4, label=name)
ax.set(
    xlabel="cut-off (Hz)",
    ylabel="error / smallest error",
    title="Too low loses, too high keeps noise",
)
ax.set_yticks([1, 2, 4, 8], ["1", "2", "4", "8"])
ax.minorticks_off()
ax.legend()
figures.sample_note(ax, 60, "s of a made-up angle", corner="lower right")
plt.show()

# %%
assert 4 < best[1] < best[0] < 8
print(f"best cut-off: angle {best[0]:g} Hz, acceleration {best[1]:g} Hz")

# %% [markdown]
# No: differentiating twice multiplies noise by the square of its frequency, so that accelerations
# want a lower cut-off than the angle they come from. There is no right cut-off, only one for a purpose.
# A measured acceleration needs no differentiation, and its impacts would be lost at 6 Hz.
#
# ## Another rate
#
# At 100 Hz a sine wave of 47 Hz is still a wave. What is left of it when every second sample is dropped?
# At the {term}`sampling rate` $f_s$ a frequency $f$ cannot be told from $|f - k f_s|$: at 50 Hz,
# 47 looks like $|47 - 50| = 3$. This is {term}`aliasing`, and it cannot be undone.

# %% mystnb={"image": {"alt": "A sine wave of 47 Hz, of which every second sample is marked. The marked samples lie on a smooth wave of 3 Hz. The properly resampled signal is a flat line."}}
wave = np.sin(2 * np.pi * 47 * t)
half = signals.resample(wave, 100, 50)
shown, halves = t < 0.7, t[::2] < 0.7
fig, ax = plt.subplots(figsize=(7, 3.2))
ax.plot(t[shown], wave[shown], color="#bbbbbb", lw=1, label="47 Hz at 100 Hz")
ax.plot(t[shown][::2], wave[shown][::2], "o", label="every second sample")
ax.plot(t[::2][halves], half[halves], label="signals.resample")
ax.set(
    xlabel="time (s)",
    ylabel="signal (none)",
    ylim=(-1.1, 1.6),
    title="Dropping samples invents a wave of 3 Hz",
)
ax.legend(ncols=3, loc="upper center")
figures.sample_note(ax, 1, "sine wave", corner="lower right")
plt.show()

# %%
# NBVAL_CHECK_OUTPUT
three = -np.sin(2 * np.pi * 3 * t[::2])
assert np.allclose(wave[::2], three, atol=1e-9)
kept, slow = half[500:-500].std(), np.sin(2 * np.pi * 2 * t)
error = np.abs(signals.resample(slow, 100, 50) - slow[::2])[50:-50].max()
print(f"left of 47 Hz at 50 Hz: {kept:.3f}; error of a 2 Hz wave below 0.001: {error < 0.001}")

# %% [markdown]
# `signals.resample` filters first, below half of the lower rate, so that what cannot be kept is
# removed instead of disguised; what can be kept is kept.
#
# ## Holes
#
# Radios lose packets, plates lose samples. If the samples are then laid side by side, time is
# shortened and every window across the hole is wrong. The time axis tells, if we look: two neighbours more
# than one and a half sampling intervals apart.

# %%
# NBVAL_CHECK_OUTPUT
time_s = np.delete(np.arange(1000) / fs_hz, slice(300, 340))  # 40 samples lost
jump = np.flatnonzero(np.diff(time_s) > 1.5 / fs_hz)
by_hand = np.stack([time_s[jump], time_s[jump + 1]], axis=1)
assert np.array_equal(by_hand, signals.gaps(time_s, fs_hz))
print("last sample before, first one after:", by_hand.round(2), "s")

# %% [markdown]
# ## Windows by hand
#
# A {term}`window` of $L$ samples, moved on by $S$ samples each time, fits into $N$ samples
#
# $$\left\lfloor \frac{N - L}{S} \right\rfloor + 1, \qquad S = \operatorname{round}(L\,(1 - \text{overlap})),$$
#
# times. Ten samples, windows of four, overlap one half:

# %%
# NBVAL_CHECK_OUTPUT
samples, length, step = np.arange(10), 4, 2
starts = range(0, len(samples) - length + 1, step)
by_hand = np.array([samples[s : s + length] for s in starts])
assert len(by_hand) == (10 - 4) // 2 + 1
print(by_hand)


# %% [markdown]
# `windows.cut` does this with recordings in the [layout of this book](../reference/notation.md). A tiny
# one: one sensor, one axis, its values the numbers 0 to 9.


# %%
# NBVAL_CHECK_OUTPUT
def recording(acc, gyr, sensors, subject, trial, fs_hz=100.0, **attrs):
    """A recording of one trial; `acc` and `gyr` have the shape (time, sensor, axis)."""
    dims = ("trial", "time", "sensor", "axis")
    variables = {"acc": (dims, acc[None], {"units": "m/s^2"})}
    if gyr is not None:
        variables["gyr"] = (dims, gyr[None], {"units": "rad/s"})
    time = ("time", np.arange(len(acc)) / fs_hz, {"units": "s"})
    coords = {"time": time, "sensor": sensors, "axis": list("xyz")[: acc.shape[2]]}
    coords["subject"] = ("trial", [subject])
    about = {"dataset": "made up", "frame": "x forward, y up, z right", "source": "this notebook"}
    attrs |= about | {"licence": "MIT", "fs_hz": fs_hz, "trial": trial}
    return data.check(xr.Dataset(variables, coords, attrs))


tiny = recording(samples[:, None, None].astype(float), None, ["pelvis"], "made-up-0", "tiny")
cut = windows.cut(tiny, length_s=0.04, overlap=0.5)
assert np.array_equal(cut["acc"].squeeze(), by_hand)
cut[["subject", "trial", "start_s"]].to_dataframe()[["subject", "trial", "start_s"]]

# %% [markdown]
# Each window knows its person, its recording, and where in it it began. That will matter when we split.
#
# ## Recordings of people
#
# The set `ipol2023` holds foot and lower-back sensors of 19 adults who stand, walk 10 m, turn, walk
# back and stand. Where its files are at hand, we use them from here on. Otherwise we make up eight
# people with the same course: a few sine waves for a foot that swings and a back that turns, **made up in
# this notebook** and good for nothing but counting windows.


# %%
def made_up_trial(person, trial, rng):
    """Stand, walk, turn, walk, stand: gyroscope and accelerometer of a foot and the back."""
    cadence, vigour, gain = rng.uniform([0.8, 0.8, 0.98], [1.0, 1.2, 1.05])  # strides/s, none, none
    edges = np.cumsum([3, rng.uniform(7, 9), rng.uniform(1.5, 2.5), rng.uniform(7, 9), 2])
    t = np.arange(0, edges[-1], 0.01)
    going = ((t >= edges[0]) & (t < edges[3])).astype(float)
    turning = ((t >= edges[1]) & (t < edges[2])).astype(float)
    acc, gyr = rng.normal(0, 0.1, (2, len(t), 2, 3))  # each (time, sensor, axis)
    acc[..., 1] += 9.81
    for harmonic, size in ((1, 3.0), (2, 2.0), (3, 1.0)):
        wave = going * vigour * size * np.sin(2 * np.pi * harmonic * cadence * t)
        gyr[:, 0, 2] += wave  # the foot swings about the axis that points right
        acc[:, 1, 1] += 0.4 * wave  # the back goes up and down
    gyr[..., 1] += (turning * np.pi / (edges[2] - edges[1]))[:, None]  # half a turn to the left
    about = {"walk_s": edges[[0, 3]], "u_turn_s": edges[[1, 2]]}
    sensors = ["foot_left", "lower_back"]
    return recording(gain * acc, gyr, sensors, f"made-up-{person}", f"{person}-{trial}", **about)


name = "ipol2023"
if data.at_hand(name):
    given = data.open(name)
else:
    print(f"{name}: {data.how_to_get(name)}; made-up people instead")
    name, rng = "made up", np.random.default_rng(seed)
    given = [made_up_trial(k, trial, rng) for k in range(8) for trial in (1, 2)]
lengths = [len(one["time"]) / one.attrs["fs_hz"] for one in given]
people = {one["subject"].item() for one in given}
f"{name}: {len(given)} recordings of {len(people)} people, {min(lengths):.0f} to {max(lengths):.0f} s"

# %% mystnb={"image": {"alt": "Angular velocity of the left foot and the lower back in one recording. The foot swings while the person walks; the back turns once, in the middle, where a shaded band marks the turn. Before and after all is quiet."}}
one = given[0]
fig, axes = plt.subplots(2, 1, figsize=(7.5, 4), sharex=True)
for ax, sensor, axis, words in zip(
    axes, ("foot_left", "lower_back"), "zy", ("left foot, z axis", "back, y axis"), strict=True
):
    ax.plot(one["time"], one["gyr"].sel(sensor=sensor, axis=axis)[0], lw=1)
    ax.axvspan(*one.attrs["u_turn_s"], color=figures.COLORS[1], alpha=0.3, lw=0)
    ax.set_ylabel(f"{words}\n(rad/s)")
axes[1].set_xlabel("time (s)")
axes[0].set_title(f"Stand, walk, turn (shaded), walk, stand; {name}")
figures.sample_note(axes[0], 1, "recording")
plt.show()

# %% [markdown]
# ### A label for each window
#
# A window may lie half in the turn. What is its class? A rule decides, and it belongs in the methods
# section. Ours: *rest* if no part of the window lies in the walk, *turn* if more than half of it lies in the
# turn, *walk* if all of it lies in the walk and none in the turn. Whatever is neither is left out.


# %%
# NBVAL_CHECK_OUTPUT
def label(recording, begin_s, end_s):
    walking = windows.share_inside(begin_s, end_s, recording.attrs["walk_s"])
    turning = windows.share_inside(begin_s, end_s, recording.attrs["u_turn_s"])
    if walking == 0:
        return "rest"
    if turning > 0.5:
        return "turn"
    return "walk" if walking == 1 and turning == 0 else None


print("2 to 4 s is inside 3 to 9 s with a share of", windows.share_inside(2, 4, (3, 9)))

# %%
made = windows.cut(given, length_s, overlap, names=["acc", "gyr"], label=label)
every = windows.cut(given, length_s, overlap)
print(f"{made.sizes['window']} of {every.sizes['window']} windows have a label")
table = pd.crosstab(
    made["subject"].values, made["label"].values, rownames=["person"], colnames=["label"]
)
table.head(8)

# %%
assert made.sizes["window"] < every.sizes["window"] and set(table.columns) == {
    "rest",
    "turn",
    "walk",
}
assert table["turn"].sum() < table["walk"].sum() / 3
made["acc"].dims, made["acc"].shape

# %% [markdown]
# Turns are rare; whoever scores them needs a metric that is not won by always saying *walk* ([How to judge a
# model](07_judging.ipynb)).
#
# ## Split by person
#
# The windows of a person stay together. We hold people out, a quarter of them for validation and a
# quarter for the test, and let the package check itself that nobody is on two sides.

# %%
who = made["subject"].values
train, validation, test = splits.hold_out_people(who, (0.5, 0.25, 0.25), seed=seed)
splits.check_people_apart(who, train, validation, test)
parts = {"train": train, "validation": validation, "test": test}
counts = {k: {"people": len(set(who[rows])), "windows": len(rows)} for k, rows in parts.items()}
pd.DataFrame(counts).T

# %% [markdown]
# What would a split by window have done? Neighbours overlap by half. Predict first: for how many of
# the test windows would a window that shares samples with it be in training?

# %%
dealt_out, _, dealt_test = splits.hold_out_trials(who, (0.5, 0.25, 0.25), seed=seed)
start, trial = made["start_s"].values, made["trial"].values


def sees_its_samples(row, others):
    same = (trial[others] == trial[row]) & (who[others] == who[row])
    return np.any(same & (np.abs(start[others] - start[row]) < length_s))


shares = {
    "windows dealt out": np.mean([sees_its_samples(row, dealt_out) for row in dealt_test]),
    "people apart": np.mean([sees_its_samples(row, train) for row in test]),
}
assert shares["people apart"] == 0 and (overlap == 0 or shares["windows dealt out"] > 0.5)
pd.Series(shares, name="test windows whose samples were trained on").round(2)

# %% [markdown]
# Two neighbours, each in training with a chance of one half, would make 75 of 100; it is a little less, because
# some neighbours have no label. With people apart it is none.
#
# ## A common scale, from the training people
#
# Accelerations vary by some m/s², angular velocities by some rad/s, and a network should not have to learn
# the units. Each channel $c$ is shifted and scaled,
#
# $$z_c = \frac{x_c - \mu_c}{\sigma_c},$$
#
# with $\mu_c$ and $\sigma_c$ over all windows and times **of the training people**. The test person's own are
# not known in advance, and a model that is used will not know them either.

# %%
statistics = windows.channel_statistics(made.isel(window=train), ["acc", "gyr"])
scaled = windows.standardise(made, statistics)
x = made["gyr"].isel(window=train, sensor=0, axis=2)
by_hand = (x - x.mean().item()) / x.std().item()
assert np.allclose(by_hand, scaled["gyr"].isel(window=train, sensor=0, axis=2))
assert set(statistics.attrs["subjects"].split(", ")) == set(who[train])
summary = {
    k: [scaled["acc"][rows].mean().item(), scaled["acc"][rows].std().item()]
    for k, rows in parts.items()
}
pd.DataFrame(summary, index=["mean", "standard deviation"]).T.round(2)

# %% [markdown]
# Training: 0 and 1, by construction. Validation and test: nearly, but not quite, and that is right. If they
# were exactly 0 and 1, they would have been scaled with themselves. `statistics` remembers whose it is.
#
# ### Channels for a network

# %%
tensor, channels = data.to_tensor(scaled, ["acc", "gyr"])
assert tensor.shape == (made.sizes["window"], len(channels), round(length_s * made.attrs["fs_hz"]))
print(channels[:4], "... (window, channel, time)", tensor.dtype)

# %% [markdown]
# As a last check that nothing was mixed up on the way: the simplest model, on two numbers a channel (mean and
# standard deviation), tested on people it has not seen. Always saying *walk* would score a third.

# %%
described = np.concatenate(
    [tensor.mean(axis=2), tensor.std(axis=2)], axis=1
)  # (window, 2 channels)
model = LogisticRegression(max_iter=1000).fit(described[train], made["label"].values[train])
score = balanced_accuracy_score(made["label"].values[test], model.predict(described[test]))
assert score > 0.8
print(f"balanced accuracy {score:.2f} on {len(set(who[test]))} people of {name}")

# %% [markdown]
# High, and no wonder: made-up turns are easy. On the real recordings it is above 0.8, too.
#
# ## Forces beside sensors
#
# The set `pearl2022` has eight sensors and the forces under both feet, one to one and a half minutes a
# trial. Its plates lost samples in about a dozen places; the reader names these stretches in
# `force_gaps_s` and leaves the values as they are. The label function leaves such windows out.


# %%
def away_from_gaps(recording, begin_s, end_s):
    lost = windows.share_inside(begin_s, end_s, recording.attrs["force_gaps_s"])
    return recording["condition"].item() if lost == 0 else None


if data.at_hand("pearl2022"):
    treadmill = data.open("pearl2022")
    whole = windows.cut(treadmill, length_s, overlap, names=["acc", "gyr", "grf"])
    sound = windows.cut(treadmill, length_s, overlap, ["acc", "gyr", "grf"], away_from_gaps)
    left_out = whole.sizes["window"] - sound.sizes["window"]
    assert 0 < left_out < 0.05 * whole.sizes["window"]
    print(f"{whole.sizes['window']} windows of {len(treadmill)} recordings, {left_out} near a gap")
else:
    print(f"pearl2022: {data.how_to_get('pearl2022')}")

# %% [markdown]
# ## What is refused
#
# A wrong rate or a NaN makes no noise in a network; it makes a bad model. So each step refuses what does not
# fit, and says which recording it was, what was found and what was expected.

# %%
short, slow = given[1].isel(time=slice(0, 50)), recordings.resample(given[1], 50)
holed, missing = given[1].isel(time=np.r_[0:300, 340:900]), given[1].copy(deep=True)
missing["acc"][0, 7, 0, 0] = np.nan
attempts = {
    "another rate": lambda: windows.cut([given[0], slow], length_s),
    "too short": lambda: windows.cut([given[0], short], length_s),
    "a gap": lambda: windows.cut([given[0], holed], length_s),
    "a NaN": lambda: recordings.low_pass(missing, {"acc": 6}),
    "no whole number of samples": lambda: windows.cut(given, 1.2345),
}
for fault, attempt in attempts.items():
    try:
        attempt()
    except GaitnbError as error:
        print(f"{fault}: {error}\n")

# %% [markdown]
# ## Exercises
#
# ```{exercise-start}
# :label: fd-windows-count
# ```
# A minute at 50 Hz is cut into windows of 2.56 s that overlap by three quarters. How many are there? By
# hand first, then with `windows.cut`. Aim for 90.
# ```{exercise-end}
# ```

# %% [markdown]
# ```{solution-start} fd-windows-count
# :class: dropdown
# ```

# %%
# NBVAL_CHECK_OUTPUT
by_hand = (3000 - 128) // 32 + 1
minute = recording(np.zeros((3000, 1, 1)), None, ["pelvis"], "made-up-0", "minute", fs_hz=50.0)
assert windows.cut(minute, 2.56, overlap=0.75).sizes["window"] == by_hand == 90
print(by_hand)

# %% [markdown]
# ```{solution-end}
# ```
#
# ```{exercise-start}
# :label: fd-windows-cutoff
# ```
# A paper says "zero-lag fourth-order Butterworth, 6 Hz", and its code calls `butter(2, 6)` and filters
# forward and backward. At which frequency is a sine wave really damped to 0.71, sampled at 100 Hz? Aim for
# 4.7 to 4.9 Hz.
# ```{exercise-end}
# ```

# %% [markdown]
# ```{solution-start} fd-windows-cutoff
# :class: dropdown
# ```

# %%
fine = np.linspace(3, 7, 4001)
two_passes = np.abs(sosfreqz(butter(2, 6, fs=100, output="sos"), fine, fs=100)[1]) ** 2
really = fine[np.argmin(np.abs(two_passes - np.sqrt(0.5)))]
assert 4.7 < really < 4.9
print(f"{really:.2f} Hz")

# %% [markdown]
# ```{solution-end}
# ```
#
# ```{exercise-start}
# :label: fd-windows-alias
# ```
# A treadmill's motor vibrates at 61 Hz. A colleague keeps every second sample of your 100 Hz recording. At which
# frequency will the vibration appear? Note that it is above half of 100 Hz already. Aim for 11 Hz, and
# verify it with the largest peak of a Fourier transform.
# ```{exercise-end}
# ```

# %% [markdown]
# ```{solution-start} fd-windows-alias
# :class: dropdown
# ```

# %%
# NBVAL_CHECK_OUTPUT
kept = np.sin(2 * np.pi * 61 * t)[::2]  # at 50 Hz
spectrum = np.abs(np.fft.rfft(kept))
appears = np.fft.rfftfreq(len(kept), 1 / 50)[spectrum.argmax()]
assert abs(appears - 11) < 0.05
print(f"{appears:.1f} Hz; first |61 - 100| = 39 Hz, then |39 - 50| = 11 Hz")

# %% [markdown]
# ```{solution-end}
# ```
#
# **What you have done**
#
# - You filtered at a cut-off that means what it says, by hand and with the package, and brought a signal to
#   another rate without inventing frequencies.
# - You looked for gaps, and cut recordings of unequal length into labelled windows that know whose they
#   are.
# - You split the windows by person, and gave the channels a common scale that comes from the training people
#   alone.
