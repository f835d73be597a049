"""Nonlinear least squares on vectorised residuals: many parameter vectors in one call."""

import numpy as np
import scipy.linalg

_STEP = 1e-4  # finite difference, in units of the parameters: prior standard deviations
_BLOCKS = 6  # a Jacobian in so many calls


def jacobian(parameters, at, residual):
    """Forward differences, many parameters in one vectorised call."""
    n = len(parameters)
    out = np.empty((len(at), n))
    for block in np.array_split(np.arange(n), _BLOCKS):
        moved = np.tile(parameters, (len(block), 1))
        moved[np.arange(len(block)), block] += _STEP
        out[:, block] = (residual(moved) - at).T / _STEP
    return out


def levenberg_marquardt(parameters, residual, iterations=40, tolerance=1e-4):
    """Minimise half the sum of squared residuals.

    Parameters
    ----------
    parameters : array, shape (parameter,)
        Where to start.
    residual : callable
        (batch, parameter) -> (batch, residual).
    iterations : int
        At most.
    tolerance : float
        Relative fall of the cost below which the iteration ends.

    Returns
    -------
    parameters : array
    cost : float
    """
    at = residual(parameters[None])[0]
    cost, damping = 0.5 * at @ at, 1e-2
    for _ in range(iterations):
        jac = jacobian(parameters, at, residual)
        step, at, new_cost, damping = _damped_step(parameters, jac, at, cost, residual, damping)
        if step is None:
            break
        fall, cost = (cost - new_cost) / cost, new_cost
        parameters = parameters + step
        if fall < tolerance:
            break
    return parameters, cost


def _damped_step(parameters, jac, at, cost, residual, damping):
    """A step that lowers the cost, or None."""
    normal, gradient = jac.T @ jac, jac.T @ at
    while damping < 1e6:
        step = -np.linalg.solve(normal + damping * np.diag(np.diag(normal)), gradient)
        new = residual((parameters + step)[None])[0]
        new_cost = 0.5 * new @ new
        if new_cost < cost:
            return step, new, new_cost, max(damping / 5, 1e-7)
        damping *= 5
    return None, at, cost, damping


def gauss_newton(parameters, residual, jac, steps=10, tolerance=2e-3):
    """Line-searched steps that all use one Jacobian.

    Parameters
    ----------
    parameters : array, shape (parameter,)
        Where to start, near the minimum.
    residual : callable
        (batch, parameter) -> (batch, residual).
    jac : array, shape (residual, parameter)
        Of this problem or a similar one.
    steps : int
        At most.
    tolerance : float
        Relative fall of the cost below which the iteration ends.

    Returns
    -------
    parameters : array
    cost : float
    """
    normal = np.linalg.cholesky(jac.T @ jac)
    at = residual(parameters[None])[0]
    cost = 0.5 * at @ at
    for _ in range(steps):
        step = -scipy.linalg.cho_solve((normal, True), jac.T @ at)
        trial = parameters + np.array([1.0, 0.5, 0.2, 0.05])[:, None] * step
        values = residual(trial)
        costs = 0.5 * (values**2).sum(1)
        best = int(np.argmin(costs))
        if not costs[best] < cost:
            break
        fall = (cost - costs[best]) / cost
        parameters, at, cost = trial[best], values[best], costs[best]
        if fall < tolerance:
            break
    return parameters, cost
