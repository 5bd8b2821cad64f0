"""Recipes of the kinds that courses draw, with numbers, as exercises."""

from __future__ import annotations

from itertools import product
from typing import NamedTuple

from problems.arithmetic.precision import Precision
from problems.computation.graph import build
from problems.exercise import Exercise
from problems.recipes.recipe import Recipe


class Sample(NamedTuple):
    """A recipe and the shapes of its givens, as `name:2,3 name:0..0 name`."""

    text: str
    givens: str
    paths: bool = False


SAMPLES = {
    "circuit": Sample(
        """
p[i] for i in 2 = w[i]*x[i]
q = p[1] + p[2]
r = q + w0
n = -r
e = exp(n)
s = e + 1
f = 1/s
grad f of w, w0, x
""",
        "w:2 w0 x:2",
        True,
    ),
    "rnn": Sample(
        """
h[t] for t in 3 = tanh(u*x[t] + w*h[t-1] + b)
y[t] for t in 3 = v*h[t]
E[t] for t in 3 = (y[t] - d[t])**2/2
L = sum(E[t] for t in 3)
grad L of u, w, v, b
""",
        "x:3 d:3 h:0..0 u w v b",
        True,
    ),
    "conv": Sample(
        """
z[i,j] for i in 3 for j in 3 = b + sum(k[m,n]*x[i+m-1,j+n-1] for m in 2 for n in 2)
a[i,j] for i in 3 for j in 3 = relu(z[i,j])
p[i,j] for i in 2 for j in 2 = max(a[i+m-1,j+n-1] for m in 2 for n in 2)
y = sum(v[i,j]*p[i,j] for i in 2 for j in 2)
L = (y - t)**2/2
grad L of k, b, v
""",
        "x:4,4 k:2,2 b v:2,2 t",
    ),
    "attention": Sample(
        """
q[i,c] for i in 2 for c in 2 = sum(x[i,a]*Q[a,c] for a in 2)
k[i,c] for i in 2 for c in 2 = sum(x[i,a]*K[a,c] for a in 2)
v[i,c] for i in 2 for c in 2 = sum(x[i,a]*V[a,c] for a in 2)
s[i,j] for i in 2 for j in 2 = sum(q[i,c]*k[j,c] for c in 2)/sqrt(2)
p[i,j] for i in 2 for j in 2 = softmax(s[i,m] for m in 2, j)
o[i,c] for i in 2 for c in 2 = sum(p[i,j]*v[j,c] for j in 2)
L = sum((o[1,c] - t[c])**2/2 for c in 2)
grad L of Q, K, V
""",
        "x:2,2 Q:2,2 K:2,2 V:2,2 t:2",
    ),
    "batchnorm": Sample(
        """
mu = mean(x[i] for i in 4)
c[i] for i in 4 = x[i] - mu
var = mean(c[i]**2 for i in 4)
sd = sqrt(var + eps)
x_hat[i] for i in 4 = c[i]/sd
y[i] for i in 4 = gamma*x_hat[i] + beta
L = mean((y[i] - t[i])**2 for i in 4)
grad L of x, gamma, beta
""",
        "x:4 t:4 gamma beta eps",
    ),
    "lstm": Sample(
        """
f = sigmoid(W[1]*x + U[1]*h0 + b[1])
i = sigmoid(W[2]*x + U[2]*h0 + b[2])
g = tanh(W[3]*x + U[3]*h0 + b[3])
o = sigmoid(W[4]*x + U[4]*h0 + b[4])
c = f*c0 + i*g
h = o*tanh(c)
L = (h - t)**2/2
grad L of W, U, b
""",
        "x h0 c0 t W:4 U:4 b:4",
    ),
    "lstm-twice": Sample(
        """
f[t] for t in 2 = sigmoid(W[1]*x[t] + U[1]*h[t-1] + b[1])
i[t] for t in 2 = sigmoid(W[2]*x[t] + U[2]*h[t-1] + b[2])
g[t] for t in 2 = tanh(W[3]*x[t] + U[3]*h[t-1] + b[3])
o[t] for t in 2 = sigmoid(W[4]*x[t] + U[4]*h[t-1] + b[4])
c[t] for t in 2 = f[t]*c[t-1] + i[t]*g[t]
h[t] for t in 2 = o[t]*tanh(c[t])
L = (h[2] - d)**2/2
grad L of W, U, b
""",
        "x:2 h:0..0 c:0..0 d W:4 U:4 b:4",
    ),
    "wengert": Sample(
        """
v1 = x1*x2
v2 = sin(x1)
v3 = v1 + v2
v4 = exp(v3)
v5 = v4*x3
v6 = v5 - v2
v7 = v6**2
v8 = v7 + 1
v9 = log(v8)
v10 = v9*x2
v11 = cos(v10)
y = v11 + v3
grad y of x1, x2, x3
""",
        "x1 x2 x3",
    ),
    "adam": Sample(
        """
h[k,j] for k in 2 for j in 2 = sigmoid(w[k-1,j]*x[k])
y[k] for k in 2 = c[1]*h[k,1] + c[2]*h[k,2]
L[k] for k in 2 = (y[k] - t[k])**2/2
grad L[k] of w[k-1] for k in 2
g[k,j] for k in 2 for j in 2 = dw[k-1,j] + lam*w[k-1,j]
m[k,j] for k in 2 for j in 2 = b1*m[k-1,j] + (1 - b1)*g[k,j]
s[k,j] for k in 2 for j in 2 = b2*s[k-1,j] + (1 - b2)*g[k,j]**2
mh[k,j] for k in 2 for j in 2 = m[k,j]/(1 - b1**k)
sh[k,j] for k in 2 for j in 2 = s[k,j]/(1 - b2**k)
w[k,j] for k in 2 for j in 2 = w[k-1,j] - rate*mh[k,j]/(sqrt(sh[k,j]) + eps)
""",
        "x:2 t:2 w:0..0,2 c:2 m:0..0,2 s:0..0,2 b1 b2 lam rate eps",
    ),
    "names": Sample(
        """
temperature_difference = outside*conductivity - inside
heat_loss = exp(temperature_difference/3)
Total = heat_loss*temperature_difference
grad Total of outside, conductivity
""",
        "outside conductivity inside",
    ),
    "long-time": Sample(
        """
h[t] for t in 60 = tanh(u*x[t] + w*h[t-1])
L = sum((h[t] - d[t])**2/2 for t in 60)
grad L of u, w
""",
        "x:60 d:60 h:0..0 u w",
    ),
    "large-map": Sample(
        """
z[i,j] for i in 11 for j in 11 = sum(k[m,n]*x[i+m-1,j+n-1] for m in 2 for n in 2)
L = sum(z[i,j]**2 for i in 11 for j in 11)
grad L of k
""",
        "x:12,12 k:2,2",
    ),
    "lonely": Sample("y = 2*x", "x"),
    "perceptron": Sample(
        """
s[n] for n in 4 = w[n-1,1]*x[n,1] + w[n-1,2]*x[n,2] + b[n-1]
y[n] for n in 4 = step(s[n])
e[n] for n in 4 = t[n] - y[n]
w[n,i] for n in 4 for i in 2 = w[n-1,i] + rate*e[n]*x[n,i]
b[n] for n in 4 = b[n-1] + rate*e[n]
""",
        "x:4,2 t:4 w:0..0,2 b:0..0 rate",
    ),
    "softmax": Sample(
        """
z[k] for k in 3 = sum(w[k,i]*x[i] for i in 2) + b[k]
p[k] for k in 3 = softmax(z[m] for m in 3, k)
L = -sum(t[k]*log(p[k]) for k in 3)
grad L of w, b
u[k,i] for k in 3 for i in 2 = w[k,i] - rate*dw[k,i]
""",
        "x:2 w:3,2 b:3 t:3 rate",
    ),
    "residual": Sample(
        """
h[1] = tanh(w[1]*x + b[1])
r[1] = x + h[1]
h[2] = tanh(w[2]*r[1] + b[2])
r[2] = r[1] + h[2]
L = (r[2] - t)**2/2
grad L of w, b, x
""",
        "x w:2 b:2 t",
        True,
    ),
    "momentum": Sample(
        """
y[k] for k in 3 = w[k-1]*x[k]
L[k] for k in 3 = (y[k] - t[k])**2/2
grad L[k] of w[k-1] for k in 3
v[k] for k in 3 = beta*v[k-1] - rate*dw[k-1]
w[k] for k in 3 = w[k-1] + v[k]
""",
        "x:3 t:3 w:0..0 v:0..0 beta rate",
    ),
    "batch": Sample(
        """
s[n,j] for n in 3 for j in 2 = sum(X[n,i]*W[i,j] for i in 2) + b[j]
a[n,j] for n in 3 for j in 2 = relu(s[n,j])
y[n] for n in 3 = sum(a[n,j]*V[j] for j in 2)
L = mean((y[n] - t[n])**2/2 for n in 3)
grad L of W, V, b
""",
        "X:3,2 W:2,2 b:2 V:2 t:3",
    ),
    "forward-mode": Sample(
        """
v1 = x1*x2
u1 = x2
v2 = sin(v1)
u2 = cos(v1)*u1
y = v2 + v1**3
uy = u2 + 3*v1**2*u1
""",
        "x1 x2",
    ),
}


def sample(name: str, sign: str = "-") -> Exercise:
    """An exercise of a recipe, everything asked.

    Args:
        name: of the recipe.
        sign: of every second given.
    """
    found = SAMPLES[name]
    ids = [id for part in found.givens.split() for id in _ids(part)]
    givens = {id: f"{sign if n % 2 else ''}0.{1 + n * 7 % 9}" for n, id in enumerate(ids)}
    givens |= {id: "0.1" for id in ids if id in ("b1", "b2", "eps") or id.startswith("s.0")}
    plan = Recipe(found.text, (), tuple(ids), found.paths)
    asked = tuple(build(plan).steps)
    return Exercise("x-1", "s", name, "standard", plan, givens, Precision(4, None), asked)


def _ids(part: str) -> list[str]:
    name, _, shape = part.partition(":")
    spans = []
    for size in shape.split(",") if shape else ():
        low, _, high = size.rpartition("..")
        spans.append(range(int(low or 1), int(high) + 1))
    return [".".join([name, *map(str, at)]) for at in product(*spans)]
