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
# # Results against the paper

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
datasets: str = "pataky2008"  # any; names of data sets, separated by spaces
parts: str = "held_out everyone"  # any; which experiments, see gaitnb.papers.latent_motion
schedules: str = "steps"  # any; epochs, steps, or both
maths: str = "stated"  # any; stated, released, or both
epochs: int = 100  # 1..1000
total_steps: int = 3000  # 100..1000000; the paper's 88,190 rows take 275,600 in 100 epochs
n_folds: int = 3  # 2..10; folds of people, or people left out one by one
n_seeds: int = 1  # 1..20; of the models that are trained on everyone
latent: int = 100  # 2..1000
seed: int = 0  # 0..999
run_dir: str = ""  # any; folder for the table of this run, nothing is written when empty
