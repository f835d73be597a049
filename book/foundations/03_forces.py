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
# # Forces: what the ground does to the foot
#
# **What you will do**
#
# - Derive from Newton's second law what a force plate must show under a person who stands, jumps and
#   walks, and hold real people against it.
# - Read the three axes of the force: signs, braking and propulsion, double support, speed, patients.
# - Derive the centre of pressure from forces and moments, and see what the plate's thickness, its noise,
#   a threshold and a filter do to what comes out.

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
speed_mps: float = 1.3  # 0.6..1.9; of the virtual person
seed: int = 0  # 0..999; strides of the virtual person and noise of the plate
run_dir: str = ""  # any; folder for files of this notebook, nothing is written when empty

# %%
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from scipy.signal import butter, sosfiltfilt

from gaitnb import data, figures, gait_events
from gaitnb.foundations import stored
from gaitnb.lab import movement, people, plates

figures.use_style()
G = 9.81  # m/s^2
forces, curves = stored.table("forces"), stored.table("curves")
pd.DataFrame({"forces": forces.attrs["origin"], "curves": curves.attrs["origin"]}).fillna("")

# %% [markdown]
# The table says which numbers of real people below are computed now, from recordings on this computer,
# and which were computed before and come with the package. Where you have the recordings
# ([data](../reference/data.md)) all are computed now.

# %%
def mean_curve(dataset, condition, axis):
    """Mean force of a group over stance, one row per percent."""
    keys = (curves["dataset"] == dataset, curves["condition"] == condition, curves["axis"] == axis)
    return curves[np.logical_and.reduce(keys)]


print(len(mean_curve("gaitrec2021", "healthy", "y")), "points a curve")

# %% [markdown]
#
# ## Newton, by hand
#
# A {term}`force plate` knows nothing of gait. It feels what the foot does to it; the
# {term}`ground reaction force` $F$ is equal and opposite. Besides $F$ only gravity acts on the body, so the
# body's {term}`centre of mass` obeys
#
# $$F_y - m g = m\, a_y \qquad\Longrightarrow\qquad F_y = m\,(g + a_y).$$
#
# A mass of 70 kg that stands, is lifted with 2 m/s², is lowered with 2 m/s², and falls:

# %%
# NBVAL_CHECK_OUTPUT
mass_kg = 70.0
acceleration = pd.Series({"standing": 0.0, "lifted": 2.0, "lowered": -2.0, "falling": -G})
newtons = mass_kg * (G + acceleration)
pd.DataFrame({"N": newtons, "BW": newtons / (mass_kg * G)}).round(2)

# %% [markdown]
# Forces of people of different mass are compared in {term}`body weights <body weight>`, and a force in body
# weights minus one is an acceleration in units of $g$: 1.20 BW means 0.2 g upward, whoever it is. The plate
# measures acceleration, never position.
#
# ### A jump, computed twice
#
# Integrating Newton's law once gives the {term}`impulse`,
#
# $$m\,\Delta v = \int (F_y - mg)\,dt \qquad\text{or, in body weights,}\qquad \Delta v = g\int (F_y - 1)\,dt.$$
#
# We plant a jump: 0.3 s of push, a half sine on top of the body weight, then flight, in which the plate shows
# nothing. The height follows from the impulse, $h = v^2 / 2g$. It also follows from the time of flight alone:
# the body rises for half of it, so $h = g\,t^2/8$.

# %%
fs_hz = 1000
time = np.arange(0, 1.5, 1 / fs_hz)
PUSH_S, EXTRA_BW = 0.3, 1.4
push = np.clip(time - 0.5, 0, PUSH_S) / PUSH_S
force_bw = 1 + EXTRA_BW * np.sin(np.pi * push)
take_off_mps = G * EXTRA_BW * PUSH_S * 2 / np.pi  # a half sine's integral is 2/pi of its box
flight_s = 2 * take_off_mps / G
force_bw[(time >= 0.5 + PUSH_S) & (time < 0.5 + PUSH_S + flight_s)] = 0
print(f"planted: {take_off_mps:.3f} m/s, {100 * take_off_mps**2 / (2 * G):.1f} cm")

# %%
from_impulse = (G * np.sum(force_bw[time < 0.5 + PUSH_S] - 1) / fs_hz) ** 2 / (2 * G)
from_flight = G * (np.sum(force_bw == 0) / fs_hz) ** 2 / 8
print(
    f"from impulse {100 * from_impulse:.1f} cm, from the time of flight {100 * from_flight:.1f} cm"
)
assert np.allclose([from_impulse, from_flight], take_off_mps**2 / (2 * G), rtol=0.01)

# %% [markdown]
# Three ways, one height. They fail differently: the impulse needs the body weight exactly (an error adds up
# over the whole window), the time of flight needs the instants at which the foot leaves and lands, and assumes
# that the body lands as it left.
#
# ## Walking: one body weight on average
#
# Over one stride at constant speed the body comes back to the height and the vertical speed it had. Then the
# impulse over the stride is zero, and with it, for both feet together,
#
# $$\frac{1}{T}\int_0^T \left(F_y^\mathrm{left} + F_y^\mathrm{right}\right) dt = 1\ \mathrm{BW}.$$
#
# Each foot carries half of it in a symmetric gait. It does so in stance alone, a share $s$ of the stride, with a
# mean force $\bar F$:
#
# $$s\,\bar F = \tfrac12 \quad\text{per foot}.$$
#
# A walk whose truth we know: one person of the {term}`virtual gait lab`, solved so that forces and movement
# obey Newton.

# %%
person = people.Person()
walk = movement.movement(person, speed_mps=speed_mps, duration_s=12, fs_hz=1000, seed=seed)
weight_n = person.mass_kg * G
virtual = walk.force / weight_n  # (time, side, axis) in BW
strikes, offs = gait_events.from_force(walk.force[:, 1, 1], 1000)
begin, end = round(1000 * strikes[1]), round(1000 * strikes[6])  # five strides of the right foot
both = virtual[begin:end].sum(axis=1).mean(axis=0)
print("mean of both feet over five strides, x, y, z (BW):", both.round(3) + 0.0)
assert abs(both[1] - 1) < 0.01 and abs(both[0]) < 0.01

# %% [markdown]
# Before the next cell, predict: six people walk on a treadmill at about 0.75 m/s, normally and with a mock stiff
# knee. Nobody told the plates about Newton. What will $s\,\bar F$ of the left foot plus that of the right be, and
# how much will it differ between people?

# %%
treadmill = forces.query("dataset == 'pearl2022'").set_index(["subject", "condition"])
law = treadmill[["speed_mps", "n_stances", "stance_share", "mean_force_bw", "feet_sum"]]
assert law["feet_sum"].between(0.97, 1.03).all()
law.round(3)

# %% [markdown]
# One, within two per cent, for every person and both gaits, though stance shares and mean forces differ. This is
# a measurement of the body weight by walking. So the law is a tool: where it fails, the mass, the unit or
# the gain is wrong, or a foot is missing. The 600 curves of `pataky2008` {cite:p}`pataky2008`, which are on
# every computer with this book, fail it.

# %%
pataky = data.open("pataky2008")
vertical = pataky["grf"].sel(side="unspecified", axis="y").values  # (trial, time)
share = 1 / (2 * vertical.mean(axis=1))  # of stance, if the curves were in BW
print(f"share of stance {share.min():.2f} to {share.max():.2f}; walking asks for more than 0.5")
assert (share < 0.5).all()

# %% [markdown]
# No curve could be walking: with shares below one half there would be times without any foot on the ground.
# The numbers are too large, by a factor of 1.4 to 1.7 that belongs to the person;
# [the data of Latent Motion](../latent_motion/01_data) looks closer. Below we use from them only what a
# factor cannot change.
#
# ## Three axes
#
# In the book's frame x points forward, y up, z to the right ([notation](../reference/notation.md)).
# {term}`Braking <braking>` is therefore negative $F_x$, {term}`propulsion` positive. The lateral axis needs care:
# each foot pushes the body towards the midline, so $F_z$ is positive under the left foot, negative under the
# right one, and a mean of both feet is close to zero. Curves of both feet are only averaged as *medial* force.

# %% mystnb={"image": {"alt": "Three panels: mean vertical, fore-aft and medial force over stance of 62 healthy people on overground plates and six people on a slow treadmill, with bands of one standard deviation. Overground the vertical force has two peaks of about 1.1 and a valley below 0.8 body weights; on the slow treadmill it is nearly flat at 0.9 to 1. Fore-aft force is negative in the first half and positive in the second, larger overground. Medial force is positive after the first tenth of stance in both."}}
shown = {
    "gaitrec2021": ("healthy", "over ground"),
    "pearl2022": ("baseline", "treadmill, 0.75 m/s"),
}
names = {"y": "vertical", "x": "fore-aft, forward positive", "medial": "medial"}
fig, axes = plt.subplots(1, 3, figsize=(7.4, 2.4))
for (dataset, (condition, label)), color in zip(shown.items(), figures.COLORS, strict=False):
    for ax, axis in zip(axes, names, strict=True):
        one = mean_curve(dataset, condition, axis)
        ax.plot(
            one["percent"],
            one["mean_bw"],
            color=color,
            label=f"{label}, n = {one['n_people'].iloc[0]}",
        )
        low, high = one["mean_bw"] - one["sd_bw"], one["mean_bw"] + one["sd_bw"]
        ax.fill_between(one["percent"], low, high, color=color, alpha=0.2, lw=0)
        ax.set(xlabel="stance (%)", title=names[axis])
axes[0].set(ylabel="force (BW)", ylim=(-0.35, 1.3))
axes[0].legend(loc="lower center", fontsize=7)
plt.show()

# %% [markdown]
# Lines are means of people, bands one standard deviation between them. Mind the scales: vertical forces are five to ten times fore-aft forces and ten to thirty times medial ones. The
# medial force is lateral for a moment after contact, then medial until toe-off; it is larger on the treadmill,
# whose two belts keep the feet apart.
#
# ### Impulse and change of speed
#
# The same integral as for the jump, along x: $\Delta v_x = g\int F_x\,dt$ with $F_x$ in BW. Seven numbers by
# hand, a tenth of a second apart:

# %%
# NBVAL_CHECK_OUTPUT
fore_aft = np.array([0.0, -0.15, -0.10, 0.0, 0.10, 0.15, 0.0])  # BW
impulse = np.sum((fore_aft[1:] + fore_aft[:-1]) / 2 * 0.1)  # trapezoids, BW s
braking = np.sum(np.minimum(fore_aft, 0)) * 0.1  # the same for curves that begin and end at 0
print(f"braking {G * braking:.3f} m/s, whole stance {G * impulse:.3f} m/s")

# %% [markdown]
# In every step the foot first takes a quarter of a metre per second away and then gives it back. Both feet
# together must give back exactly what they took when the speed is constant. In real people:

# %%
each = treadmill[["braking_bw_s", "propulsion_bw_s", "stride_impulse_bw_s"]] * G
each.columns = ["braking (m/s)", "propulsion (m/s)", "both feet, a stride (m/s)"]
assert each.iloc[:, 2].abs().max() < 0.12
each.groupby("condition").mean().round(3)

# %% [markdown]
# On the treadmill a stance takes and gives about 0.2 m/s; over a stride 0.1 m/s or less remains, which is no
# change of speed (nobody walked off the belt) but an error: 0.1 m/s in 1.3 s is a fore-aft force of less than 0.01
# BW, what a belt that is tilted by half a degree would show.
#
# **Where the foot is put decides how much it brakes.** Eight people walked over ground normally, and then with
# the right or the left step kept short (`li2021`). The plate under the right foot saw all of it. Predict: in
# which of the two does the right foot brake less?

# %% mystnb={"image": {"alt": "Braking impulse of the right foot in five gaits for eight people, as change of speed in metres per second. Slow, normal and fast walking lie between -0.15 and -0.4. With a short right step it is close to zero, with a short left step it is the largest, down to -0.6."}}
ground = forces.query("dataset == 'li2021'")
order = ["slow", "normal", "fast", "short right step", "short left step"]
table = (G * ground.set_index(["subject", "condition"])["braking_bw_s"]).unstack()[order]
fig, ax = plt.subplots(figsize=(5.4, 2.6))
ax.plot(
    [name.replace(" step", "\nstep") for name in order],
    table.T,
    "o-",
    color=figures.COLORS[0],
    alpha=0.5,
    lw=1,
    ms=4,
)
ax.plot(range(len(order)), table.mean(), "s", color=figures.COLORS[1], ms=9, label="mean of people")
ax.axhline(0, color="k", lw=0.8)
ax.set_ylim(None, 0.08)
ax.set(ylabel="braking of the right foot (m/s)", title="A foot put down close ahead hardly brakes")
ax.legend(loc="lower left")
figures.sample_note(
    ax, int(ground["n_stances"].sum()), f"stances, {len(table)} people", corner="upper left"
)
plt.show()

# %%
assert (table["short right step"] > table["normal"]).all()
print(
    "people who brake less with a short right step than with a short left one:",
    f"{(table['short right step'] > table['short left step']).sum()} of {len(table)}",
)

# %% [markdown]
# The force points, roughly, from the {term}`centre of pressure` to the centre of mass, and braking lasts until the
# body has passed the foot. A foot that lands close ahead is passed at once. The other foot then has to brake for
# both.
#
# ### Double support
#
# Two stances of share $s$ fill a stride and overlap in the two {term}`double supports <double support>`, which
# together last
#
# $$d = 2 s - 1.$$
#
# In them one foot takes over from the other. One stride of the virtual person:

# %% mystnb={"image": {"alt": "Vertical force of the left and right foot of a virtual person over one stride and their sum. Each foot shows two peaks; in the two double supports one falls while the other rises. The sum swings around one body weight, twice a stride, highest in double support and lowest in single support."}}
cycle = slice(begin, round(1000 * strikes[2]))
at = np.linspace(0, 100, cycle.stop - cycle.start)
fig, ax = plt.subplots(figsize=(5.4, 2.6))
for s, name in enumerate(("left", "right")):
    ax.plot(at, virtual[cycle, s, 1], label=name)
ax.plot(at, virtual[cycle, :, 1].sum(axis=1), color="k", lw=1, label="sum")
carried = (walk.force[cycle, :, 1] > 20).all(axis=1)
ax.fill_between(at, 0, 1.6, where=carried, color="#dddddd", label="double support", lw=0)
ax.set(
    xlabel="stride, from right heel strike (%)",
    ylabel="vertical force (BW)",
    ylim=(0, 1.6),
    title=f"Virtual person at {speed_mps} m/s: the sum swings around one",
)
ax.legend(ncols=4, loc="upper center", fontsize=8)
plt.show()

# %%
stance = offs[offs > strikes[1]][0] - strikes[1]
s_right = stance / (strikes[2] - strikes[1])
print(
    f"share of stance {s_right:.3f}: 2 s - 1 = {2 * s_right - 1:.3f}, counted {carried.mean():.3f}"
)
assert abs(2 * s_right - 1 - carried.mean()) < 0.02

# %% [markdown]
# The sum is above one in double support, where the body is low and turns upward, and below one in single
# support, where it passes over the leg.
#
# The same of a real person, where the recordings are at hand:

# %% mystnb={"image": {"alt": "Where pearl2022 is at hand: vertical force of both feet of one person on a treadmill and their sum over three seconds, the sum swinging around one body weight; otherwise a line of text says how to get the recordings."}}
if data.at_hand("pearl2022"):
    trial = data.open("pearl2022", subjects=[1], trials=["CSBaseline"])[0].isel(trial=0)
    part = trial["grf"].sel(axis="y", time=slice(15, 18))
    fig, ax = plt.subplots(figsize=(6.8, 3))
    ax.plot(part["time"], part, label=list(part["side"].values))
    ax.plot(part["time"], part.sum("side"), color="k", lw=1, label="sum")
    ax.set(
        xlabel="time (s)",
        ylabel="vertical force (BW)",
        title="A real person at 0.77 m/s (subject 01 of pearl2022)",
    )
    ax.set_ylim(-0.05, 1.6)
    ax.legend(ncols=3, loc="upper center", fontsize=9)
    plt.show()
else:
    print("to see it:", data.how_to_get("pearl2022"))
#
# ## Loading and speed
#
# Faster walking means more up and down in less time, and acceleration grows with the square of frequency: both
# peaks must grow and the valley must deepen. Published: about 1.2 BW at 1.5 m/s, rising nearly linearly with speed
# {cite:p}`keller1996`. Real people over ground, the virtual person at seven speeds, and `pataky2008`, whose
# forces we divide by each person's own factor, guessed from the law with $s = 0.62$.

# %%
subject, speed = pataky["subject"].values, pataky["speed_mps"].values
first_peak = vertical[:, 10:45].max(axis=1)  # from 10 %: after the heel-strike transient
factor = pd.Series(vertical.mean(axis=1)).groupby(subject).transform("mean").values * 2 * 0.62
scaled = first_peak / factor
speeds = np.arange(0.7, 1.95, 0.2)
lab = []
for v in speeds:
    one = movement.movement(person, speed_mps=v, duration_s=4, fs_hz=200, seed=seed, variability=0)
    lab.append(one.force[:, 1, 1].max() / weight_n)
print("largest force of the virtual person (BW):", np.round(lab, 2))

# %% mystnb={"image": {"alt": "First peak of the vertical force against walking speed. Means of ten people in three conditions, scaled, rise from about 1.0 body weight at 0.8 metres per second to about 1.5 at 2.1. Eight people over ground lie on the same line between 0.5 and 1.3 metres per second, the virtual person close to it, and a published value of 1.2 at 1.5 metres per second as well."}}
usual = ground[ground["condition"].isin(["slow", "normal", "fast"])]
trials = pd.DataFrame(
    {"subject": subject, "condition": pataky["condition"].values, "speed": speed, "peak": scaled}
)
clouds = trials.groupby(["subject", "condition"]).mean()  # of 20 trials each
fig, ax = plt.subplots(figsize=(5.2, 2.9))
ax.plot(clouds["speed"], clouds["peak"], "o", ms=4, alpha=0.6, label="pataky2008, scale guessed")
ax.plot(
    usual["speed_mps"],
    usual["first_peak_bw"],
    "s",
    ms=5,
    label=f"li2021 ({usual['subject'].nunique()} people)",
)
ax.plot(speeds, lab, "-", label="virtual person, largest force")
ax.plot(1.5, 1.2, "D", ms=8, color=figures.PAPER_GREY, label="Keller et al. 1996")
ax.set(xlabel="walking speed (m/s)", ylabel="first peak (BW)", title="Peaks grow with speed")
ax.legend(fontsize=9, loc="upper left")
figures.sample_note(ax, len(scaled), "trials of 10 people (pataky2008)", corner="lower right")
plt.show()

# %%
slope = pd.Series({
    "pataky2008, within people": np.mean([np.polyfit(speed[subject == p], scaled[subject == p], 1)[0] for p in np.unique(subject)]),
    "li2021, all": np.polyfit(usual["speed_mps"], usual["first_peak_bw"], 1)[0],
})  # fmt: skip
assert slope.between(0.15, 0.5).all()
slope.round(2).to_frame("first peak (BW per m/s)")

# %% [markdown]
# About 0.2 BW for each metre per second more at the slow speeds of `li2021`, and about 0.4 over the wider range of
# `pataky2008`: the dots bend upward, as a square does. The virtual person rises less at high speed. The
# guessed scale decides the level of the round dots, not how steeply a person's dots rise relative to it.
#
# ## Patients
#
# The three groups of `gaitrec2021` have an impaired ankle, knee or hip {cite:p}`slijepcevic2021,gaitrec`; shown
# is the affected foot.

# %% mystnb={"image": {"alt": "Mean vertical and fore-aft force over stance for healthy people and patients with impaired ankle, knee or hip. Patients have lower peaks, about 1.0 instead of 1.1 body weights, and a shallower valley, 0.87 instead of 0.78; their braking and propulsion are about a third smaller, weakest propulsion in the ankle group."}}
fig, axes = plt.subplots(1, 2, figsize=(7, 2.6))
for group, color in zip(("healthy", "ankle", "knee", "hip"), figures.COLORS, strict=False):
    for ax, axis in zip(axes, "yx", strict=True):
        one = mean_curve("gaitrec2021", group, axis)
        ax.plot(
            one["percent"],
            one["mean_bw"],
            color=color,
            label=f"{group}, n = {one['n_people'].iloc[0]}",
        )
axes[0].set(xlabel="stance (%)", ylabel="vertical (BW)", title="Lower peaks, a shallower valley")
axes[1].set(xlabel="stance (%)", ylabel="fore-aft (BW)", title="Less braking, less push-off")
axes[0].legend(fontsize=8, loc="lower center")
plt.show()

# %%
def landmarks(group):
    """Peaks and valley of a group's mean curves."""
    y, x = (mean_curve("gaitrec2021", group, axis)["mean_bw"].to_numpy() for axis in "yx")
    return {
        "first peak": y[:50].max(),
        "valley": y[30:70].min(),
        "second peak": y[50:].max(),
        "braking": x.min(),
        "propulsion": x.max(),
    }


found = pd.DataFrame({g: landmarks(g) for g in ("healthy", "ankle", "knee", "hip")})
assert (found.loc["valley", ["ankle", "knee", "hip"]] > found.loc["valley", "healthy"] + 0.05).all()
found.round(2)

# %% [markdown]
# Is this the impairment? Compare with the slow treadmill in the figure before: healthy people who walk slowly show
# the same flat curves. Patients walk slowly, this data set gives no speeds, and so the two cannot be told apart
# here. Only the order within the patients (the ankle group pushes off least) points beyond speed.
#
# ## From forces and moments to the centre of pressure
#
# A plate reports three forces and three moments about its origin, which lies at a depth $d$ below the surface. In
# the plate's own axes (x forward, y right, z down, so that a standing person's load is positive) the load
# $F$ acts at the point $r = (x, y, -d)$ of the surface, and besides it there is only a twist $T$ about the vertical,
# the {term}`free moment`: feet press but cannot pull on the floor. The moment is $M = r \times F + (0, 0, T)$, or
#
# $$M_x = y F_z + d F_y, \qquad M_y = -d F_x - x F_z, \qquad M_z = x F_y - y F_x + T.$$
#
# Three equations, three unknowns:
#
# $$x = -\frac{M_y + d F_x}{F_z}, \qquad y = \frac{M_x - d F_y}{F_z}, \qquad T = M_z - x F_y + y F_x.$$
#
# By hand: 500 N down, 80 N forward, 20 N to the right, 10 cm ahead and 3 cm right of the middle of a plate whose
# origin lies 4 cm deep, with a twist of 2 Nm.

# %%
# NBVAL_CHECK_OUTPUT
load = np.array([80.0, 20.0, 500.0])  # N
depth_m, point, twist = 0.04, (0.10, 0.03), 2.0
moment = np.cross([*point, -depth_m], load) + [0, 0, twist]
x = -(moment[1] + depth_m * load[0]) / load[2]
y = (moment[0] - depth_m * load[1]) / load[2]
print(f"moments {moment.round(2)} Nm")
print(f"x {x:.3f} m, y {y:.3f} m, T {moment[2] - x * load[1] + y * load[0]:.2f} Nm")
print(
    f"thickness forgotten: x {-moment[1] / load[2]:.4f} m, wrong by {depth_m * 1000 * load[0] / load[2]:.1f} mm"
)

# %%
plate = plates.Plate(depth_m=depth_m)
force, cop, free = plates.force_and_cop(np.append(load, moment)[None], plate)
print("package, in lab axes: force on the foot", force[0], "N; centre of pressure", cop[0].round(3))
assert np.allclose(cop[0], [x, 0, y]) and np.isclose(free[0], twist)

# %% [markdown]
# The package turns to lab axes and to the force on the foot: load forward is force on the foot backward. The
# forgotten thickness costs $d\,F_x/F_z$. In walking $|F_x/F_z|$ reaches 0.2, so a 4 cm
# thick cover shifts the centre of pressure by 8 mm, forward in braking and backward in push-off. At the ankle,
# 8 mm of a force of one body weight is a moment of 0.08 Nm/kg.
#
# ### Noise, and why there is a threshold
#
# Both formulas divide by $F_z$. If the moment has noise of standard deviation $\sigma_M$, the point has
#
# $$\sigma_x \approx \frac{\sigma_M}{F_z},$$
#
# a tenth of a millimetre under the whole body, and decimetres just before the foot leaves. We let the virtual
# person step on a virtual plate, sampled at 1000 Hz, with the noise of real plates (see `gaitnb.lab.plates`).

# %%
step = slice(begin - 50, round(1000 * offs[offs > strikes[1]][0]) + 50)
there = np.nanmean(walk.cop[step, 1], axis=0)
under = plates.Plate((there[0], there[2]), depth_m=depth_m)
right_only = [np.where([False, True], v[step], 0) for v in (walk.force[..., 0], walk.free_moment)]
alone = walk.force[step].copy()
alone[:, 0] = 0  # the left foot stands beside the plate
inputs = (alone, walk.cop[step], right_only[1], {"plate": under})
six = plates.signals(*inputs, fs_hz=1000, seed=seed)["plate"]
_, measured, _ = plates.force_and_cop(six, under, threshold_n=2)
error_mm = 1000 * (measured - walk.cop[step, 1])[:, 0]
print(
    f"{np.isfinite(error_mm).sum()} samples, error at full load {np.nanstd(error_mm[300:500]):.2f} mm"
)

# %% mystnb={"image": {"alt": "Error of the centre of pressure against vertical force on logarithmic axes for a virtual person on a virtual plate. The error falls as one over the force, along the line predicted from the noise of the moment: about 5 millimetres at 20 newtons, 2 at 50 and below a quarter of a millimetre at body weight."}}
sigma_nm = plates.NOISE_DENSITY[4] * np.sqrt(1000 / 2)
n_force = alone[:, 1, 1]
fig, ax = plt.subplots(figsize=(5.2, 2.9))
ok = np.isfinite(error_mm) & (n_force > 2)
ax.loglog(n_force[ok][::2], np.abs(error_mm[ok])[::2], ".", ms=3, alpha=0.6, label="virtual plate")
grid = np.geomspace(2, 900, 50)
ax.loglog(
    grid, 1000 * sigma_nm / grid, "k", lw=1, label=r"one standard deviation, $\sigma_M / F_z$"
)
for threshold, style in ((20, "--"), (50, ":")):
    ax.axvline(threshold, color=figures.COLORS[3], ls=style, lw=1.2, label=f"{threshold} N")
ax.set(
    xlabel="vertical force (N)",
    ylabel="error of the centre of pressure (mm)",
    ylim=(1e-2, None),
    title="The centre of pressure dissolves at low force",
)
ax.legend(fontsize=9)
figures.sample_note(
    ax, int(ok.sum()), "samples, every second shown, virtual person", corner="lower left"
)
plt.show()

# %%
middle = ok & (n_force > 100)
ratio = np.std(error_mm[middle] * n_force[middle] / 1000) / sigma_nm
print(f"scatter above 100 N, measured against predicted: {ratio:.2f}")
assert 0.9 < ratio < 1.4

# %% [markdown]
# A little above one: the noise of $F_z$, which our formula leaves out, counts as well. So a threshold is needed: below it the foot counts as off the plate. 20 N and 50 N are both in use. A
# higher one keeps noise and vibration of a treadmill out; its price is contact time. By how much do stances of
# real people become shorter from 20 to 50 N?

# %%
shorter = forces.dropna(subset=["shorter_ms"])
rows = shorter.groupby(["dataset", "condition"])["shorter_ms"].agg(["mean", "min", "max", "count"])
assert shorter["shorter_ms"].between(5, 120).all()
rows.rename(columns={"count": "people"}).round(0).astype(int)

# %% [markdown]
# 15 to 60 ms, or two to six per cent of a stance (of `li2021` those that were recorded whole), mostly at toe-off, where the force fades slowly, and more
# the slower people walk. Swing and double support move by as much. A comparison of studies, or of left and right,
# with different thresholds compares thresholds.
#
# A threshold alone is not enough: noise crosses it many times. `gait_events.from_force` also asks that a contact
# somewhere reaches 200 N (hysteresis). We plant three stances, add noise, and count heel strikes.

# %%
# NBVAL_CHECK_OUTPUT
t = np.arange(0, 4, 0.001)
planted = sum(700 * np.sin(np.pi * np.clip((t - b) / 0.7, 0, 1)) for b in (0.3, 1.5, 2.7))
noisy = planted + np.random.default_rng(seed).normal(0, 8, len(t))
for name, options in (("one threshold", {"reach_n": 20, "least_s": 0}), ("hysteresis", {})):
    print(f"{name}: {len(gait_events.from_force(noisy, 1000, **options)[0])} heel strikes of 3")

# %% [markdown]
# ### Filters
#
# Filtering removes noise, and moves contact. A {term}`low-pass filter` that runs forth and back is symmetric in
# time: it begins to rise before the foot is there. Predict: will a low cut-off make stance shorter or longer? The
# foot of the virtual person, filtered at four cut-offs (Butterworth, second order, forth and back):

# %%
def contact(values):
    """First contact and last, in ms after the true ones, by the 20 N threshold."""
    found = gait_events.from_force(values, 1000)
    return 1000 * np.array([found[0][0] - true[0][0], found[1][0] - true[1][0]])


one_foot = alone[:, 1, 1]
padded = np.pad(one_foot, 500)
true = gait_events.from_force(padded, 1000)
cutoffs = (3, 6, 15, 50)
smooth = [sosfiltfilt(butter(2, fc, fs=1000, output="sos"), padded) for fc in cutoffs]
moved = pd.DataFrame(
    [contact(f) for f in smooth], index=cutoffs, columns=["heel strike (ms)", "toe-off (ms)"]
)
assert moved.loc[6, "heel strike (ms)"] < -15 and moved.loc[6, "toe-off (ms)"] > 5
moved.rename_axis("cut-off (Hz)").round(0).astype(int)

# %% [markdown]
# Longer, at both ends: at 6 Hz by about 30 ms altogether, at 3 Hz by a tenth of a second. Forces filtered at 6 Hz
# are in common use for joint moments; events must be taken before. And a centre of pressure that is filtered together with the zeros of swing is drawn towards zero at both
# ends of stance: in `pearl2022` it is off by centimetres until the foot carries a fifth of the body weight, and
# our reader removes it there.
#
# ## Exercises
#
# ```{exercise-start}
# :label: forces-mass
# ```
# In the planted jump, take a body weight that is wrong by 1 % (too large) and compute the height from the impulse
# over the 0.8 s before take-off. By how much is it off? Aim for 7 to 9 % of the height, too low.
# ```{exercise-end}
# ```

# %% [markdown]
# ```{solution-start} forces-mass
# :class: dropdown
# ```
# In wrong body weights the force is 1/1.01 of what it was. Over 0.8 s the error of the speed is about
# $0.01\, g \cdot 0.8\ \mathrm{s}$, on top of one per cent of the push itself.

# %%
wrong = force_bw[time < 0.5 + PUSH_S] / 1.01
height = (G * np.sum(wrong - 1) / fs_hz) ** 2 / (2 * G)
print(f"wrong by {100 * (height / from_impulse - 1):.1f} %")
assert -0.09 < height / from_impulse - 1 < -0.07

# %% [markdown]
# ```{solution-end}
# ```
#
# ```{exercise-start}
# :label: forces-single-support
# ```
# A slow walker has a mean force in stance of 0.75 BW (compare the table of real people above). How long are both
# double supports together? Aim for a number between 0.32 and 0.35 of the stride.
# ```{exercise-end}
# ```

# %% [markdown]
# ```{solution-start} forces-single-support
# :class: dropdown
# ```

# %%
# NBVAL_CHECK_OUTPUT
share_of_stance = 1 / (2 * 0.75)
print(f"share of stance {share_of_stance:.3f}, double support {2 * share_of_stance - 1:.3f}")

# %% [markdown]
# ```{solution-end}
# ```
#
# ```{exercise-start}
# :label: forces-thickness
# ```
# Somebody lays a mat of 12 mm on the plate of the example by hand and does not tell the software. By how many
# millimetres is the centre of pressure off, in which direction? Aim for 1.8 to 2.0 mm.
# ```{exercise-end}
# ```

# %% [markdown]
# ```{solution-start} forces-thickness
# :class: dropdown
# ```
# The load now acts 12 mm higher, at $d = 0.052$ m, but is evaluated with 0.04 m.

# %%
# NBVAL_CHECK_OUTPUT
higher = np.cross([*point, -(depth_m + 0.012)], load) + [0, 0, twist]
_, seen, _ = plates.force_and_cop(np.append(load, higher)[None], plate)
print(f"off by {1000 * (seen[0, 0] - point[0]):.2f} mm: forward, the way the foot pushes the plate")

# %% [markdown]
# ```{solution-end}
# ```
#
# **What you have done**
#
# - You derived what a plate must show, and found that six real people carry one body weight over a stride within
#   two per cent, while the numbers of a much-used data set cannot be walking.
# - You read the three axes: that braking depends on where the foot is put, that peaks grow with speed, and that
#   patients' flat curves look like those of slow walking.
# - You derived the centre of pressure, and saw that thickness shifts it, noise dissolves it at low force, and
#   thresholds and filters move the moments of contact by tens of milliseconds.
