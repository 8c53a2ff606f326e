"""CDNOW: 2,357 customers of a music shop, by their purchases in 39 weeks of 1997, as Fader & Hardie published them.

`cdnow.csv` (id, x, t_x, T in weeks, mean of repeat purchases) is the file of the package lifetimes (MIT licence).
"""

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from services.analytics.scores.domain.lifetime import Purchases

_TABLE = np.loadtxt(Path(__file__).with_name("cdnow.csv"), delimiter=",", skiprows=1)
X: NDArray[np.float64] = _TABLE[:, 1]
T_X: NDArray[np.float64] = _TABLE[:, 2]
AGE: NDArray[np.float64] = _TABLE[:, 3]
MEAN: NDArray[np.float64] = _TABLE[:, 4]
PURCHASES = Purchases.of(X, T_X, AGE)
