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
# # Joint moments: from the foot upwards
#
# **What you will do**
#
# - Compute the moment at the ankle by hand, as force times lever plus weight plus inertia, carry it up a
#   planar leg to knee and hip, and get the same numbers from the package.
# - Go to three dimensions with a virtual person who walks: axes and signs, moments over the stride
#   beside a real person's, powers and the balance of energy.
# - Predict, then measure, what errors do: of the centre of pressure, of segment masses, of timing, and of
#   filters that treat force and motion differently.

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
speed_mps: float = 1.3  # 1.0..1.6; of the virtual person
height_m: float = 1.75  # 1.55..1.95
mass_kg: float = 72.6  # 50..110; that of the OpenSim subject
seed: int = 0  # 0..999; of the noise
run_dir: str = ""  # any; folder for files of this notebook, nothing is written when empty

# %%
from dataclasses import fields, replace

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from scipy.signal import butter, sosfiltfilt

from gaitnb import figures
from gaitnb.foundations import stored
from gaitnb.lab import dynamics, mechanics, movement, opensim, people, segments, skeleton
from gaitnb.lab_figure import walking_figure

figures.use_style()
G = 9.81  # m/s^2
f"a virtual person of {height_m} m and {mass_kg} kg who walks at {speed_mps} m/s"

# %% [markdown]
# No instrument measures the moment that muscles exert at a knee. It is computed, from where the segments
# are, how they accelerate, and how the ground pushes: {term}`inverse dynamics`. One of the five papers
# estimates such moments from IMUs and insoles {cite:p}`secondskin`, so we had better know what the number
# is, and how good.
#
# ## The moment of a force
#
# A force $\mathbf F$ that acts at the point $\mathbf p$ has about the point $\mathbf o$ the moment
# $(\mathbf p - \mathbf o) \times \mathbf F$. In the plane, x forward and y up, one component is left,
#
# $$M = r_x F_y - r_y F_x, \qquad \mathbf r = \mathbf p - \mathbf o,$$
#
# positive from x to y: counter-clockwise, seen from the person's right. At push-off the ground pushes with
# 150 N forward and 800 N up, 13 cm before the ankle, which is 8 cm above the floor:

# %%
# NBVAL_CHECK_OUTPUT
ankle, cop, force = np.array([0.0, 0.08]), np.array([0.13, 0.0]), np.array([150.0, 800.0])


def cross2(r, f):
    """Moment of forces f with levers r, both (..., 2)."""
    return r[..., 0] * f[..., 1] - r[..., 1] * f[..., 0]


print(f"0.13 x 800 + 0.08 x 150 = {0.13 * 800 + 0.08 * 150:.1f} Nm")
assert np.isclose(cross2(cop - ankle, force), np.cross([*cop - ankle, 0], [*force, 0])[2])

# %% [markdown]
# Both parts count: the forward force, too, turns the foot's toes up, since it passes below the ankle.
#
# ## The foot alone
#
# Cut the foot free at the ankle ({term}`free-body diagram`). Three things act on it: the ground, its
# weight, and at the cut, the shank with a force and a moment that we do not know yet.

# %% mystnb={"image": {"alt": "Free-body diagram of a foot from the side. An arrow for the force of the ground goes up from the front of the sole, a short arrow for the weight goes down from the centre of mass, and at the ankle act a downward force of the shank and a clockwise moment, drawn as an arc."}}
fig, ax = plt.subplots(figsize=(5.4, 3.8))
com = np.array([0.06, 0.05])
ax.fill(
    [-0.06, -0.03, 0.02, 0.12, 0.19, 0.19, -0.06],
    [0, 0.09, 0.09, 0.04, 0.02, 0, 0],
    color="#e8e8e8",
)
for start, vector, label, color in (
    (cop, [0.030, 0.16], "ground $\\mathbf{F}$", figures.COLORS[2]),
    (com, [0, -0.035], "$m\\mathbf{g}$", figures.COLORS[3]),
    (ankle, [-0.030, -0.15], "shank $\\mathbf{F}_a$", figures.COLORS[0]),
):
    ax.annotate(
        "", start + vector, start, arrowprops={"arrowstyle": "->", "color": color, "lw": 2.5}
    )
    ax.text(*(start + vector + [0.008, -0.004]), label, color=color)
ax.plot(*np.array([ankle, com, cop]).T, "ko", ls="")
turn = np.radians(np.arange(60, -130, -5))
arc = ankle + 0.03 * np.stack([np.cos(turn), np.sin(turn)], axis=1)
ax.plot(*arc.T, color=figures.COLORS[0])
ax.annotate("", arc[-1], arc[-3], arrowprops={"arrowstyle": "->", "color": figures.COLORS[0]})
ax.text(0.035, 0.085, "moment $M_a$", color=figures.COLORS[0])
ax.set(xlabel="x forward (m)", ylabel="y up (m)", title="All that acts on the foot", aspect="equal")
ax.set(xlim=(-0.1, 0.25), ylim=(-0.09, 0.19))
plt.show()

# %% [markdown]
# Newton's law for the force and Euler's for the moment, both with the foot's mass $m$, its centre of mass
# $\mathbf c$ with acceleration $\mathbf a$, and its moment of inertia $I$ about $\mathbf c$ with angular
# acceleration $\alpha$:
#
# $$\mathbf F_a = m(\mathbf a - \mathbf g) - \mathbf F,$$
# $$M_a = \underbrace{-(\mathbf p - \mathbf o) \times \mathbf F}_{\text{force} \times \text{lever}}
#   \underbrace{{}- (\mathbf c - \mathbf o) \times m\mathbf g}_{\text{weight}}
#   \underbrace{{}+ (\mathbf c - \mathbf o) \times m\mathbf a + I\alpha}_{\text{inertia}}.$$
#
# Predict before you run: which share of the ankle's moment at push-off is due to weight and inertia of
# the foot, 1 %, 10 % or 30 %?

# %%
# NBVAL_CHECK_OUTPUT
mass, inertia, acc, alpha = 1.0, 0.004, np.array([1.0, 1.5]), -8.0  # kg, kg m^2, m/s^2, rad/s^2
terms = {
    "force x lever": -cross2(cop - ankle, force),
    "weight": -cross2(com - ankle, mass * np.array([0, -G])),
    "inertia": cross2(com - ankle, mass * acc) + inertia * alpha,
}
by_hand = pd.DataFrame({"Nm": terms, "Nm/kg": {k: v / 72.6 for k, v in terms.items()}})
by_hand.loc["moment of the shank on the foot"] = by_hand.sum()
by_hand.round(3)

# %% [markdown]
# Less than 1 %: in stance the ankle's moment is force times lever. The negative sign says that the
# shank, by way of the calf muscles, turns the foot's toes down: plantarflexion. This is the
# {term}`internal moment`, what the muscles do. The external moment, what the ground does, is
# its negative; many clinical reports print that one.
#
# ## Standing still: a closed form
#
# A person stands and leans forward by three degrees, as one stiff piece. Whatever the segments weigh,
# the centre of pressure of someone who does not move lies below the centre of mass. With half the weight $W$ on
# each foot, and the foot's own small weight before the ankle, each ankle carries
#
# $$M_a = -x_p\,\tfrac{W}{2} + \left(m_f x_f + m_t x_t\right) g,$$
#
# with distances before the ankle of pressure, foot and toes. The package has a whole body of
# 15 segments. Its motion comes from joint angles by `skeleton.forward`; here all derivatives are zero.

# %%
body = segments.inertia(height_m, mass_kg)
lean, above = np.radians(3.0), body.leg_length_m - body.ankle_height_m
q = dict.fromkeys(skeleton.COORDINATES, 0.0)
q |= {"pelvis_tilt": -lean, "ankle_dorsiflexion_left": lean, "ankle_dorsiflexion_right": lean}
q |= {"pelvis_x": above * np.sin(lean), "pelvis_y": body.ankle_height_m + above * np.cos(lean)}
q = np.array([*q.values()])[:, None]  # (coordinate, time 1)
standing = skeleton.to_motion(100, skeleton.forward(q, 0 * q, 0 * q, body.offset))
before = mechanics.whole_body(standing, body).com[0, 0]
print(f"centre of mass {100 * before:.1f} cm before the ankles")

# %%
JOINTS, weight = mechanics.JOINTS, mass_kg * G


def stand_on(x):
    """Loads of standing, with the centre of pressure x before the ankles."""
    force = np.array([[[0, weight / 2, 0]] * 2])  # (time 1, side, axis)
    place = np.array([[[x, 0, -body.offset[11, 2]], [x, 0, body.offset[11, 2]]]])
    return dynamics.inverse_dynamics(standing, body, force, place)


# %%
loads = stand_on(before)
found = mechanics.joint_moments(standing, loads)[0, JOINTS.index("ankle_dorsiflexion_right")]
foot, toes = segments.INDEX["foot_right"], segments.INDEX["toes_right"]
small = body.mass[foot] * body.com[foot, 0] + body.mass[toes] * (body.ball_m + body.com[toes, 0])
closed_form = (-before * weight / 2 + small * G) / mass_kg
assert np.isclose(found, closed_form) and dynamics.residual_nm_per_kg(loads) < 1e-12
print(f"ankle {found:.3f} Nm/kg by the package, {closed_form:.3f} by the closed form")

# %% [markdown]
# Equal to rounding. The second part of the assertion is worth a look: working upwards from both feet, the
# recursion arrives at the pelvis, which hangs on nothing. What the equations still ask for there is the
# {term}`residual`: it is zero if motion, masses and forces belong together. Put the pressure one
# centimetre too far forward. What happens to the ankle, and what to the residual?

# %%
off = stand_on(before + 0.01)
ankles = mechanics.joint_moments(standing, off)[0, JOINTS.index("ankle_dorsiflexion_right")]
print(f"ankle changes by {ankles - found:.3f} Nm/kg: 1 cm x half the weight")
print(f"residual moment  {dynamics.residual_nm_per_kg(off):.3f} Nm/kg: 1 cm x the weight")
assert np.isclose(ankles - found, -0.01 * G / 2)
assert np.isclose(dynamics.residual_nm_per_kg(off), 0.01 * G)


# %% [markdown]
# One centimetre is 0.05 Nm/kg at each ankle, and the error does not stay there: it goes up through knee and
# hip unchanged, until it shows up as a residual. Somebody who computes one leg alone never sees it.
#
# ## Up the leg
#
# The shank feels at the ankle the opposite of what it does to the foot. So the foot's force and moment,
# reversed, are all that the shank needs to know of what is below; then the thigh, from the shank. For each
# segment with its proximal joint $\mathbf o$ and the distal neighbour's joint $\mathbf o'$
# {cite:p}`winter2009`:
#
# $$\mathbf F = m(\mathbf a - \mathbf g) + \mathbf F', \qquad
# M = I\alpha + (\mathbf c - \mathbf o) \times m(\mathbf a - \mathbf g) + M'
#     + (\mathbf o' - \mathbf o) \times \mathbf F'.$$
#
# The ground is the neighbour of the foot, with $\mathbf F' = -\mathbf F$ at $\mathbf o' = \mathbf p$.

# %%
def planar_leg(force, cop, joints, coms, accs, alphas, masses, inertias):
    """Moments (Nm) on foot, shank and thigh at ankle, knee and hip; vectors are (..., 2)."""
    push, place, moment, found = -force, cop, 0.0, []
    for k in range(3):
        pull = masses[k] * (accs[k] + [0, G])
        moment = moment + inertias[k] * alphas[k] + cross2(coms[k] - joints[k], pull)
        moment = moment + cross2(place - joints[k], push)
        push, place = push + pull, joints[k]
        found.append(moment)
    return np.array(found)


# %% [markdown]
# The same push-off, now with a leg that leans forward over the foot:

# %%
# NBVAL_CHECK_OUTPUT
leg = pd.DataFrame(
    {
        "joint x": [0.00, 0.22, 0.30], "joint y": [0.08, 0.42, 0.83],
        "com x": [0.06, 0.13, 0.27], "com y": [0.05, 0.27, 0.65],
        "acc x": [1.0, 2.0, 1.5], "acc y": [1.5, 0.5, -0.5], "alpha": [-8.0, -12.0, 15.0],
        "mass": [1.0, 3.4, 7.3], "inertia": [0.004, 0.06, 0.13],
    },
    index=["foot", "shank", "thigh"],
)  # fmt: skip
joints, coms, accs = (
    leg[[f"{name} x", f"{name} y"]].to_numpy() for name in ("joint", "com", "acc")
)
planar = planar_leg(force, cop, joints, coms, accs, *leg[["alpha", "mass", "inertia"]].to_numpy().T)
assert np.isclose(planar[0], by_hand["Nm"].iloc[-1])
leg.assign(**{"moment (Nm)": planar.round(1)})


# %% [markdown]
# The ankle is the one we had. At knee and hip the moments are several times smaller, not because the
# force is, but because its line passes close by. That makes them delicate: a small error of the line is
# a large one of the moment.
#
# ## The same numbers through the package
#
# `dynamics.newton_euler` does this for any tree of segments in three dimensions. It wants the
# acceleration of the joint at each segment's origin rather than that of the centre of mass: with the lever
# $\mathbf r = \mathbf c - \mathbf o$ and no angular velocity, $\mathbf a_o = \mathbf a_c - \boldsymbol\alpha
# \times \mathbf r$. Parents come first, so the order is thigh, shank, foot; time is the last dimension.

# %%
def flat(xy):
    """Planar vectors, foot first, as (segment, 3, time 1), thigh first."""
    return np.pad(np.asarray(xy, float), ((0, 0), (0, 1)))[::-1, :, None]


lever, turning = flat(coms - joints), np.array([[0, 0, a] for a in leg["alpha"][::-1]])[..., None]
push = np.array([*force, 0.0])[:, None]
_, moment = dynamics.newton_euler(
    parent=(-1, 0, 1), mass=leg["mass"].to_numpy()[::-1], com=lever[..., 0],
    inertia=leg["inertia"].to_numpy()[::-1, None, None] * np.eye(3),
    axes=np.broadcast_to(np.eye(3)[None, :, :, None], (3, 3, 3, 1)), position=flat(joints),
    acceleration=flat(accs) - np.cross(turning, lever, axis=1), omega=0 * turning, alpha=turning,
    external_force={2: push},
    external_moment={2: np.cross([*(cop - ankle), 0], push[:, 0])[:, None]},
)  # fmt: skip
assert np.allclose(moment[::-1, 2, 0], planar) and np.allclose(moment[:, :2], 0)
print("by hand", planar.round(2), " package", moment[::-1, 2, 0].round(2))

# %% [markdown]
# ## A person walks
#
# From here on a virtual person walks: one from the virtual gait lab, whose motion and forces obey
# the laws of motion together, so that there is a right answer. Every stride is the same
# (`variability=0`). Play it, turn it with the mouse, and watch how close the green arrow passes by the knee.

# %%
person = people.Person(height_m=height_m, mass_kg=mass_kg)
FS = 200.0  # Hz
walk = movement.movement(
    person, speed_mps=speed_mps, duration_s=6.0, fs_hz=FS, variability=0, seed=seed
)
contact = walk.contact_s["right"][1:3]  # s
stride = slice(*np.round(contact * FS).astype(int))
print(f"the right heel strikes at {contact[0]:.2f} and {contact[1]:.2f} s")

# %%
arrays = [field.name for field in fields(walk.motion) if field.name != "fs_hz"]
one = replace(walk.motion, **{name: getattr(walk.motion, name)[stride] for name in arrays})
fig = walking_figure(
    one, walk.body, walk.force[stride], walk.cop[stride],
    n_frames=24, title=f"A virtual person at {speed_mps} m/s, half as fast as in life",
)  # fmt: skip
figures.show_plotly(
    fig,
    "plot-walker",
    "A stick figure of a virtual person walks on the spot in three dimensions; the left side is "
    "orange, the right blue. Green arrows, the force of the ground, rise from the feet in stance, lean "
    "backward at first and forward at the end, and pass close by knee and hip. Buttons play and pause.",
)

# %% [markdown]
# `inverse_dynamics` takes motion, body, forces, centres of pressure and {term}`free moments <free moment>`;
# `joint_moments` names the result as [the notation page](../reference/notation.md) does, in Nm/kg.

# %%
loads = dynamics.inverse_dynamics(walk.motion, walk.body, walk.force, walk.cop, walk.free_moment)
moments = mechanics.joint_moments(walk.motion, loads)  # (time, joint)
residual_bw, residual_nm = dynamics.residual_bw(loads), dynamics.residual_nm_per_kg(loads)
print(
    f"{moments.shape[0]} samples, {moments.shape[1]} joints; residual below a millionth:", end=" "
)
print(residual_bw < 1e-6 and residual_nm < 1e-6)
assert residual_bw < 1e-6 and residual_nm < 1e-6

# %% [markdown]
# With real recordings the residual is never zero: that of the OpenSim subject below is a few hundredths of a
# body weight. A movement of the virtual lab with more than 0.05 is not used.
#
# ## What the plane leaves out
#
# Our `planar_leg` can eat the same walk: the x and y components of everything, seen from the right. Predict
# which joint suffers most.

# %%
PLOTTED = ("ankle_dorsiflexion_right", "knee_flexion_right", "hip_flexion_right")
cycle = np.linspace(*contact, 101)  # 0 to 100 % of the stride from right heel contact


def over_cycle(values):
    """Curves (..., 101) over the stride from samples (time, ...)."""
    return np.array([np.interp(cycle, walk.motion.time, v) for v in np.atleast_2d(values.T)])


solid = over_cycle(moments[:, [JOINTS.index(name) for name in PLOTTED]])  # (3, 101)

# %%
chain = [segments.INDEX[f"{name}_right"] for name in ("foot", "shank", "thigh")]
motion = walk.motion
r = np.einsum("tsij,sj->tsi", motion.rotation, body.com)[:, chain]
spin, turning = motion.omega[:, chain], motion.alpha[:, chain]
acc = motion.acceleration[:, chain] + np.cross(turning, r) + np.cross(spin, np.cross(spin, r))
place = motion.position[:, chain]
plane = [np.swapaxes(v, 0, 1)[..., :2] for v in (place, place + r, acc)]  # (segment, time, 2)
flat_cop = np.nan_to_num(walk.cop[:, 1, :2])
planar = planar_leg(
    walk.force[:, 1, :2], flat_cop, *plane, turning[..., 2].T, body.mass[chain],
    body.inertia[chain, 2, 2],
)  # fmt: skip
signs = np.array([[1], [-1], [1]])  # dorsiflexion and hip flexion as z, knee flexion against it
planar = over_cycle((signs * planar).T / mass_kg)

# %%
difference = np.abs(planar - solid).max(axis=1)
share = difference / np.ptp(solid, axis=1)
assert (share < 0.1).all()
summary = pd.DataFrame({"largest difference (Nm/kg)": difference, "of the range": share}, PLOTTED)
summary.round(2)

# %% [markdown]
# The hip, farthest from the force, and even there only some hundredths of a newton metre per kilogram: on a
# straight walk the sagittal moments of a plane are good. What the plane leaves out is the other
# direction. The force passes well inside the standing hip, and the muscles at its outside hold the pelvis:

# %%
adduction = over_cycle(moments[:, [JOINTS.index("hip_adduction_right")]])[0]
print(
    f"largest hip moments: flexion {np.abs(solid[2]).max():.1f}, adduction {np.abs(adduction).max():.1f} Nm/kg"
)
assert 0.4 < np.abs(adduction).max() < 1.2

# %% [markdown]
# ## Which axes?
#
# A moment is a vector; "hip adduction moment" is one of its components, so we must say along which
# axis. Three answers are in use: the axes of the lab, those of the moving segment, and those of
# the {term}`joint coordinate system` {cite:p}`grood1983`, in which the angles are measured: flexion about z of
# the proximal segment, rotation about y of the distal one, adduction about the axis that is perpendicular to
# both. The package uses the last. At one instant, 50 % of the cycle, the right hip:

# %%
at = int(np.round((contact[0] + 0.5 * np.diff(contact)[0]) * FS))
thigh, pelvis = segments.INDEX["thigh_right"], segments.INDEX["pelvis"]
vector = loads.moment[at, thigh] / mass_kg
axes = mechanics.joint_axes(motion, "thigh_right")[at]  # flexion, floating, long axis
components = pd.DataFrame(
    {
        "lab": vector[[2, 0, 1]],
        "thigh": (motion.rotation[at, thigh].T @ vector)[[2, 0, 1]],
        "joint coordinate system": axes @ vector,
    },
    index=["flexion", "adduction", "rotation"],
)
assert np.allclose((components.iloc[:, :2] ** 2).sum(), vector @ vector)
components.round(2)

# %% [markdown]
# The three columns are one vector. Flexion and adduction differ by hundredths of a newton metre per kilogram
# here, but the rotation, small as it is, changes its sign between the lab's axes and the others. Only the
# third column has a property that we need next: multiplied with the rates of the joint's angles and added up, its components give the joint's power,
#
# $$P = \mathbf M \cdot (\boldsymbol\omega_{\text{thigh}} - \boldsymbol\omega_{\text{pelvis}})
#     = \sum_{i=1}^{3} M_i\, \dot\theta_i,$$
#
# although its outer axes are not perpendicular. That is the test that a moment belongs to an angle:

# %%
names = [f"hip_{name}_right" for name in ("flexion", "adduction", "rotation")]
angles = walk.coordinates[:, [skeleton.INDEX[name] for name in names]]
rates = np.gradient(angles, 1 / FS, axis=0)  # rad/s
summed = np.sum(moments[:, [JOINTS.index(name) for name in names]] * rates, axis=1) * mass_kg
powers = mechanics.joint_powers(motion, loads)  # (time, segment), W
error, largest = np.abs(summed - powers[:, thigh])[5:-5].max(), np.abs(powers[:, thigh]).max()
assert error < 0.02 * largest
print(f"hip power up to {largest:.0f} W; the sum of moment x rate differs by {error:.2f} W")

# %% [markdown]
# What remains is the numerical derivative of the angles. When you compare moments from different sources,
# four conventions may differ:
#
# | question | here, and in OpenSim | elsewhere |
# |---|---|---|
# | who acts? | internal: what muscles and ligaments exert | external: what ground and weight exert; the sign is reversed |
# | which way is positive? | flexion, dorsiflexion, adduction | extension, or "supporting the body" |
# | along which axes? | joint coordinate system | lab, or one of the segments |
# | per what? | body mass, Nm/kg | Nm; or body weight times height or leg length, without unit |
#
# OpenSim's own model reports the knee with flexion negative; the reader turns it
# ([notation](../reference/notation.md)).
#
# ## Beside a real person, and a second opinion
#
# The example that comes with OpenSim {cite:p}`delp2007` has a real person of 72.6 kg on a treadmill, with joint
# angles, plate forces and OpenSim's own moments. We ran our recursion on OpenSim's model, with its
# oblique axes and a knee that slides as it bends. It must agree with OpenSim's result, since the input is
# the same; where it did not, one of the two would be wrong.

# %%
measured = stored.table("moments")
NAMES = (*PLOTTED, "hip_adduction_right")
as_opensim = measured[(measured["motion_hz"] == 6) & (measured["force_hz"] == 0)]
both = as_opensim.pivot_table(index=["joint", "percent"], columns="source", values="moment")
rows = {}
for name in NAMES:
    pair = both.loc[name].dropna()
    difference = pair["gaitnb"] - pair["opensim"]
    rows[name] = {"r": pair.corr().iloc[0, 1], "RMSE (Nm/kg)": np.sqrt((difference**2).mean())}
agreement = pd.DataFrame(rows).T
assert (agreement["r"] > 0.97).all() and (agreement["RMSE (Nm/kg)"] < 0.02).all()
agreement.round(3)

# %% [markdown]
# Correlations of 1.00 and errors below a hundredth of a newton metre per kilogram: the two programs were
# written independently, and differ a little in how they filter. Two further opinions are part of the package's tests: on random movements
# of the whole body the recursion agrees with MuJoCo {cite:p}`todorov2012` to better than a millionth of the largest value, and it
# obeys the closed forms of pendulums and of bodies that fall and spin.
#
# The virtual person beside the real one is another matter. Nobody told the virtual one these moments; it
# was asked for forces, contact and joint angles of healthy walking, and is another person at another
# speed.

# %% mystnb={"image": {"alt": "Moments at right ankle, knee and hip over the stride of a real person, by OpenSim and by our own computation, and of a virtual person. OpenSim and ours coincide. The virtual curves have the same shapes: one plantarflexion peak at push-off, a smaller and later changing knee moment, hip extension early and flexion late in stance, and hip abduction throughout stance."}}
virtual = dict(zip(NAMES, [*solid, adduction], strict=True))
fig, axes = plt.subplots(2, 2, figsize=(6.8, 4.6), sharex=True)
for ax, name in zip(axes.flat, NAMES, strict=True):
    real = both.loc[name]
    ax.plot(virtual[name], color=figures.COLORS[0], label="virtual person")
    ax.plot(real["gaitnb"], color="k", lw=1.5, label="real person, ours")
    ax.plot(
        real["opensim"].dropna(),
        color=figures.COLORS[1],
        ls=":",
        lw=3,
        label="real person, OpenSim",
    )
    ax.axhline(0, color="k", lw=0.6)
    ax.set_title(name.removesuffix("_right").replace("_", " "))
fig.legend(*axes[0, 0].get_legend_handles_labels(), loc="outside lower center", ncols=3)
fig.supylabel("internal moment (Nm/kg)", fontsize=11)
for ax in axes[1]:
    ax.set_xlabel("gait cycle (%)")
figures.sample_note(axes[1, 1], 1, "real and 1 virtual stride", corner="upper right")
plt.show()

# %%
percent = np.arange(0, 101, 2)
likeness = {n: np.corrcoef(virtual[n][percent], both.loc[n]["gaitnb"])[0, 1] for n in NAMES}
assert likeness["ankle_dorsiflexion_right"] > 0.95 and min(likeness.values()) > 0.6
pd.Series(likeness, name="correlation, virtual with real person").round(2)

# %% [markdown]
# Close at the ankle, looser at the knee. Remember the lever: the knee's moment is what a large force
# leaves when its line passes within centimetres, so that people differ there more than anywhere else,
# real ones too. How the virtual lab compares with many people is another chapter's question.
#
# ## Power and energy
#
# Where power is positive, muscles give energy to the body; where it is negative, they take it. Adding
# the power of what the ground does to the feet, we must get the rate at which the energy
# $E$ of the whole body changes, kinetic and potential:
#
# $$\frac{\mathrm dE}{\mathrm dt} = \sum_{\text{joints}} P + \sum_{\text{feet}} \left(
#   \mathbf F \cdot \mathbf v_p + T\,\omega_y \right),$$
#
# where $\mathbf v_p$ is the velocity of that point of the foot that lies over the centre of pressure.

# %%
ground = np.zeros(len(powers))
for side, name in enumerate(("foot_left", "foot_right")):
    i = segments.INDEX[name]
    reach = np.nan_to_num(walk.cop[:, side]) - motion.position[:, i]
    velocity = motion.velocity[:, i] + np.cross(motion.omega[:, i], reach)
    ground += np.sum(walk.force[:, side] * velocity, axis=1)
    ground += walk.free_moment[:, side] * motion.omega[:, i, 1]
rate = np.gradient(mechanics.whole_body(motion, body).energy, 1 / FS)
gap = np.abs(powers.sum(axis=1) + ground - rate)[5:-5].max()
print(f"the energy changes by up to {np.abs(rate).max():.0f} W; the balance is off by {gap:.1f} W")
assert gap < 0.01 * np.abs(rate).max()

# %% mystnb={"image": {"alt": "Power of right ankle, knee and hip of a virtual person over the stride, in watts per kilogram. The ankle absorbs a little in mid-stance and gives two to three watts per kilogram at push-off; knee and hip stay within about one and a half."}}
fig, ax = plt.subplots(figsize=(6, 2.9))
for name, label in (("foot", "ankle"), ("shank", "knee"), ("thigh", "hip")):
    curve = over_cycle(powers[:, [segments.INDEX[f"{name}_right"]]])[0] / mass_kg
    ax.plot(curve, label=label)
ax.set(xlabel="gait cycle (%)", ylabel="power (W/kg)", title="Push-off comes from the ankle")
ax.legend()
figures.sample_note(ax, 1, "virtual stride")
plt.show()

# %%
inside = slice(*np.round(contact * FS).astype(int))
joint_work = powers[inside].sum() / FS / mass_kg
ground_work = ground[inside].sum() / FS / mass_kg
print(f"per stride: joints {joint_work:+.2f} J/kg, at the ground {ground_work:+.2f} J/kg")
assert abs(joint_work + ground_work) < 0.01 and 0.1 < joint_work < 0.5


# %% [markdown]
# The balance closes. But look at the last line: at constant speed on level ground the body's energy is the same
# after each stride, and yet the joints give energy and the ground takes it, though nothing slides. It is
# our foot: the whole force acts on one stiff segment which, while the heel rises, turns about the toe joint and
# presses its front into the floor. Real feet do lose energy in their soft parts, and part of what a
# rigid foot calls ankle power belongs to the toes. Joint powers at push-off depend on the model of the foot.
#
# ## What an error does
#
# Now that there is a right answer, we can spoil the input on purpose. Write down your prediction first,
# in Nm/kg, for ankle, knee and hip flexion:
#
# 1. the centre of pressure 1 cm too far forward;
# 2. all segments of the legs 10 % too heavy;
# 3. forces 5 ms late against the motion.

# %%
def moments_of(motion=motion, body=body, force=walk.force, cop=walk.cop, free=walk.free_moment):
    """Curves (4, 101) of `NAMES`; whatever is given replaces the true input."""
    loads = dynamics.inverse_dynamics(motion, body, force, cop, free)
    loads = replace(loads, mass_kg=mass_kg)  # per recorded body mass
    every = mechanics.joint_moments(motion, loads)
    return over_cycle(every[:, [JOINTS.index(name) for name in NAMES]])


truth = moments_of()

# %%
heavy = np.array([name.startswith(("thigh", "shank", "foot")) for name in segments.SEGMENTS])
factor = np.where(heavy, 1.1, 1.0)
heavier = replace(body, mass=body.mass * factor, inertia=body.inertia * factor[:, None, None])
print(
    f"{heavy.sum()} segments, {body.mass[heavy].sum():.1f} kg, become {heavier.mass[heavy].sum():.1f} kg"
)

# %%
late = int(0.005 * FS)  # samples
spoiled = {
    "pressure 1 cm forward": moments_of(cop=walk.cop + [0.01, 0, 0]),
    "pressure 1 cm to the right": moments_of(cop=walk.cop + [0, 0, 0.01]),
    "legs 10 % heavier": moments_of(body=heavier),
    "forces 5 ms late": moments_of(
        force=np.roll(walk.force, late, 0), cop=np.roll(walk.cop, late, 0),
        free=np.roll(walk.free_moment, late, 0),
    ),
}  # fmt: skip
table = pd.DataFrame({k: np.abs(v - truth).max(axis=1) for k, v in spoiled.items()}, NAMES).T
table.loc["for comparison: range of the true moment"] = np.ptp(truth, axis=1)
table.round(2)

# %%
forward, right, mass_error, timing = (table.iloc[k] for k in range(4))
expected = 0.01 * walk.force[:, 1, 1].max() / mass_kg  # 1 cm x the largest vertical force
assert np.allclose(forward.iloc[:3], expected, rtol=0.05) and forward.iloc[3] < 0.2 * expected
assert np.isclose(right.iloc[3], expected, rtol=0.05) and mass_error.max() < timing.max()
print(f"1 cm x {walk.force[:, 1, 1].max():.0f} N = {expected:.2f} Nm/kg")


# %% [markdown]
# 1. The same 0.11 Nm/kg at all three joints: a shifted point of application adds the moment
#    $\delta x\, F_y$, whatever the joint. It is 7 % of the ankle's peak and 20 % of the knee's.
#    Sideways it hits adduction, and leaves flexion alone.
# 2. Ten per cent of mass change a third of that, at the hip, when the leg is swung; at the ankle nothing.
# 3. Five milliseconds, half a frame at 100 Hz, are as bad as one centimetre: at contact and toe-off the
#    force rises and falls within few frames.
#
# This is the order in which to distrust a laboratory: first where the force acts and when, then
# the angles, last the tables of segment masses.
#
# ## How much to filter
#
# Markers jitter, and inverse dynamics needs second derivatives: noise at a frequency $f$ grows
# with $f^2$. We give the true joint angles 0.2 degrees of noise, and the place of the pelvis half a
# millimetre, low-pass filter with the cutoff $f_c$, and differentiate. Predict: at which cutoff is the
# moment best, and at which joint does a wrong choice cost most?

# %%
def motion_of(coordinates, cutoff_hz):
    """Motion from sampled coordinates (time, coordinate): filtered, then differentiated twice."""
    named = dict(zip(skeleton.COORDINATES, coordinates.T, strict=True))
    smooth = opensim.smooth(named, FS, cutoff_hz)
    q = np.stack([smooth[name] for name in skeleton.COORDINATES], axis=1)  # (3, coordinate, time)
    return skeleton.to_motion(FS, skeleton.forward(*q, walk.body.offset))


assert np.abs(moments_of(motion_of(walk.coordinates, None)) - truth).max() < 0.01

# %%
place = np.isin(skeleton.COORDINATES, ["pelvis_x", "pelvis_y", "pelvis_z"])
noise = np.random.default_rng(seed).normal(size=walk.coordinates.shape)
noise *= np.where(place, 5e-4, np.radians(0.2))  # m and rad
cutoffs = np.array([2.5, 3, 4, 5, 6, 8, 10, 12, 15, 20])  # Hz
found = np.array([moments_of(motion_of(walk.coordinates + noise, cutoff)) for cutoff in cutoffs])
errors = np.sqrt(np.mean((found - truth) ** 2, axis=-1))  # (cutoff, joint)

# %% mystnb={"image": {"alt": "Root mean square error of four joint moments against the cutoff frequency of the filter, both on logarithmic axes. The ankle's error stays below 0.05. Those of knee and hip have a minimum at about 6 hertz and rise steeply above, to about 0.5 at the hip at 20 hertz."}}
fig, ax = plt.subplots(figsize=(5.8, 3.4))
for name, curve in zip(NAMES, errors.T, strict=True):
    ax.loglog(cutoffs, curve, ".-", label=name.removesuffix("_right").replace("_", " "))
ax.set(
    xlabel="cutoff frequency (Hz)", ylabel="RMS error of the moment (Nm/kg)",
    title="Too low loses motion, too high keeps noise",
)  # fmt: skip
ax.set_xticks(cutoffs[1::2], [f"{c:g}" for c in cutoffs[1::2]])
ax.set_xticks([], minor=True)
ax.set_ylim(bottom=0.003)
ax.legend(fontsize=9)
figures.sample_note(ax, 1, "virtual stride with noise", corner="lower left")
plt.show()

# %%
best = cutoffs[errors.argmin(axis=0)]
assert (errors[2:, 0] < 0.05).all() and 3 <= best[2] <= 8 and errors[-1, 2] > 5 * errors[:, 2].min()
pd.Series(best, NAMES, name="best cutoff (Hz)")


# %% [markdown]
# The ankle does not care, since what is below it hardly weighs anything. The hip carries the inertia of a whole
# leg: below about 4 Hz the filter takes away motion, above 8 Hz noise takes over. Where the best
# cutoff lies depends on how much noise there is and how quick the motion: the usual 6 Hz suits walking and
# good markers; for running or landing it would be too low.
#
# ### Filters that differ
#
# Plates are quiet, so one is tempted to filter the motion at 6 Hz and the force not at all. At an impact
# that goes wrong {cite:p}`bisseling2006,edwards2011`. A planted case shows why: a leg of inertia $I$ about its joint
# is hit by a short force with the lever $r$, and its muscles do nothing. Then $I\alpha = rF$, and
# the joint's moment $M = I\alpha - rF$ is zero.

# %%
def low_pass(values, cutoff_hz, fs_hz):
    return sosfiltfilt(butter(2, cutoff_hz, fs=fs_hz, output="sos"), values)


t = np.arange(-0.2, 0.2, 1e-3)  # s
inertia, lever = 0.4, 0.04  # kg m^2, m
hit = 900 * np.exp(-((t / 0.012) ** 2))  # N, a pulse of about 20 ms
alpha = lever * hit / inertia  # rad/s^2: the muscles do nothing
planted = {
    "nothing filtered": inertia * alpha - lever * hit,
    "motion alone at 6 Hz": inertia * low_pass(alpha, 6, 1000) - lever * hit,
    "both at 6 Hz": inertia * low_pass(alpha, 6, 1000) - lever * low_pass(hit, 6, 1000),
}
peak = {name: np.abs(m).max() / mass_kg for name, m in planted.items()}
assert peak["motion alone at 6 Hz"] > 0.3 and peak["both at 6 Hz"] < 1e-9
pd.Series(peak, name="largest joint moment that is not there (Nm/kg)").round(2)

# %% [markdown]
# A moment out of nothing, two thirds of what the knee needs in walking: the {term}`impact artefact`: force and
# acceleration belong together, and a filter that takes the quick part from one of them leaves the other
# unbalanced. The remedy is the same filter for both. It does not restore what was lost; it keeps
# the books balanced.
#
# The virtual person's heel strikes softly, so we look at the real one: OpenSim's choice, motion at 6 Hz and
# raw forces, against both at 6 Hz.

# %% mystnb={"image": {"alt": "Hip flexion moment of a real person in the first forty per cent of the stride with three choices of filters. With raw forces the curve falls at once after heel strike and has a dent, which disappears when the forces are filtered like the motion; motion filtered at 20 hertz makes the curve jagged."}}
hip = measured[(measured["joint"] == "hip_flexion_right") & (measured["source"] == "gaitnb")]
hip = hip.pivot_table(index="percent", columns=["motion_hz", "force_hz"], values="moment")
fig, ax = plt.subplots(figsize=(5.8, 3.4))
for (motion_hz, force_hz), curve in hip.items():
    forces = f"forces at {force_hz} Hz" if force_hz else "raw forces"
    ax.plot(curve.loc[:40], label=f"motion at {motion_hz} Hz, {forces}")
ax.axhline(0, color="k", lw=0.6)
ax.set(
    xlabel="gait cycle (%)",
    ylabel="hip flexion moment (Nm/kg)",
    title="A real hip after heel strike",
)
ax.set_ylim(-1.0, 0.1)
ax.legend()
figures.sample_note(ax, 1, "stride of a real person", corner="lower left")
plt.show()

# %%
mismatch = np.abs(hip[6, 0] - hip[6, 6]).loc[2:20]
print(
    f"from 2 % of the cycle on the two differ by up to {mismatch.max():.2f} Nm/kg, at {mismatch.idxmax()} %"
)
assert 0.08 < mismatch.max() < 0.3

# %% [markdown]
# With raw forces the hip falls at once, in 2 % of the cycle, and is dented between 2 and 10 %; filtered alike,
# it runs smoothly, about 0.1 Nm/kg away. In walking that is a blemish, in landing it is the largest
# peak. The remedy has a price, seen at 0 %: a filter without delay looks ahead, and the force begins before the
# foot is down. And a motion at 20 Hz, with markers as they are, is no way out.
#
# ## Exercises
#
# ```{exercise-start}
# :label: jm-tendon
# ```
# The Achilles tendon pulls about 5 cm behind the ankle. What force must it carry at the largest
# plantarflexion moment of the virtual stride, in body weights? Aim for 2.8 to 3.8.
# ```{exercise-end}
# ```

# %% [markdown]
# ```{solution-start} jm-tendon
# :class: dropdown
# ```

# %%
tendon_bw = np.abs(truth[0]).max() / 0.05 / G
assert 2.8 < tendon_bw < 3.8
print(f"{tendon_bw:.1f} body weights")

# %% [markdown]
# Joint moments are net: were muscles at the front of the shank active too, the tendon would carry more.
#
# ```{solution-end}
# ```
#
# ```{exercise-start}
# :label: jm-load
# ```
# Give the virtual walker a bag of 10 kg in the right hand, 98.1 N downwards (`hand_force`), and leave motion and
# ground forces as they are. How large does the residual force become, in body weights of the person? Aim
# for 0.13 to 0.15. By how much does the lumbar bending moment change?
# ```{exercise-end}
# ```

# %% [markdown]
# ```{solution-start} jm-load
# :class: dropdown
# ```

# %%
bag = np.zeros_like(walk.force)
bag[:, 1, 1] = -10 * G
carrying = dynamics.inverse_dynamics(
    motion, walk.body, walk.force, walk.cop, walk.free_moment, hand_force=bag
)
bending = (mechanics.joint_moments(motion, carrying) - moments)[
    :, JOINTS.index("lumbar_bending")
].mean()
assert 0.13 < dynamics.residual_bw(carrying) < 0.15
print(f"residual {dynamics.residual_bw(carrying):.3f} BW, lumbar bending {bending:+.2f} Nm/kg")

# %% [markdown]
# The ground does not carry the bag, and the residual says so: 10 kg in relation to the person's mass. In the
# lumbar joint, which carries what is above it whatever the ground does, muscles on the left now pull against
# the bag on the right: negative bending.
#
# ```{solution-end}
# ```
#
# **What you have done**
#
# - You computed an ankle's moment by hand, carried it up a planar leg to knee and hip, and the package gave the
#   same numbers; for standing it gave the closed form.
# - You went to three dimensions with a virtual person who walks: moments along the axes in which angles
#   are measured, beside a real person's and OpenSim's, and powers that balance the body's energy.
# - You predicted and measured what errors do: a centimetre of the centre of pressure and five milliseconds cost
#   more than ten per cent of mass, the hip decides the cutoff, and filters that differ make moments out of
#   nothing.
