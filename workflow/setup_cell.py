# Where gaitnb is missing (Colab, say), install it from its repository; elsewhere do nothing.
import importlib.util
import subprocess
import sys

if importlib.util.find_spec("gaitnb") is None:
    source = "git+https://github.com/OWNER/gaitnb"
    subprocess.run([sys.executable, "-m", "pip", "install", "--quiet", source], check=True)
    importlib.invalidate_caches()
