"""Levenberg-Marquardt for a stride: from the prior to coefficients that obey physics and contact."""

import numpy as np

from gaitnb.lab import gait

STEP = 1e-4  # finite difference, in prior standard deviations


def residual_of(parameters, steps, goal, body):
    """Residuals of gaits given as steps from the prior, prior included.

    Parameters
    ----------
    parameters : array, shape (batch, parameter)
        In prior standard deviations.
    steps : array, shape (parameter, coordinate * coefficient)
        Of `gait.symmetric_basis`.

    Returns
    -------
    array, shape (batch, residual)
    """
    coefficients = goal.prior + (parameters @ steps).reshape(-1, *goal.prior.shape)
    physics = gait.residuals(coefficients, goal, body)
    return np.concatenate([physics, parameters], axis=1)


def jacobian(parameters, steps, goal, body, at):
    """Forward differences, all parameters in a few vectorised calls."""
    n = len(parameters)
    out = np.empty((len(at), n))
    for block in np.array_split(np.arange(n), 6):
        moved = np.tile(parameters, (len(block), 1))
        moved[np.arange(len(block)), block] += STEP
        out[:, block] = (residual_of(moved, steps, goal, body) - at).T / STEP
    return out


def levenberg_marquardt(parameters, steps, goal, body, iterations=30, tolerance=1e-4):
    """Minimise the sum of squared residuals.

    Returns
    -------
    parameters : array, shape (parameter,)
    cost : float
        Half the sum of squares.
    jac : array
        At the last accepted point but one.
    """
    at = residual_of(parameters[None], steps, goal, body)[0]
    cost = 0.5 * at @ at
    damping = 1e-2
    for _ in range(iterations):
        jac = jacobian(parameters, steps, goal, body, at)
        normal, gradient = jac.T @ jac, jac.T @ at
        while True:
            step = -np.linalg.solve(normal + damping * np.diag(np.diag(normal)), gradient)
            new = residual_of((parameters + step)[None], steps, goal, body)[0]
            new_cost = 0.5 * new @ new
            if new_cost < cost:
                break
            damping *= 5
            if damping > 1e6:
                return parameters, cost, jac
        gain = (cost - new_cost) / cost
        parameters, at, cost = parameters + step, new, new_cost
        damping = max(damping / 5, 1e-6)
        if gain < tolerance:
            break
    return parameters, cost, jac
