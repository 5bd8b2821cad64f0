"""The graph of steps: forward, loss, backward, update, over examples and iterations.

This is the only place where back-propagation is written down. Solver, answer key, checker,
misconceptions, diagram and symbolic answers all read these rules.

Sources: Magdon-Ismail, LFD lecture 21 (forward, sensitivities, gradient descent on E_in,
numerical approach); Musilek NN-4 (shared biases, chain form); Mazur (path terms).
"""

from __future__ import annotations

from functools import lru_cache

from problems.computation import ids
from problems.computation.kinds import (
    DB,
    DELTA,
    DNET,
    DOUT,
    DW,
    ERROR,
    LAYERED,
    LOSS,
    NET,
    OUT,
    PATH,
    RATE,
    SHARE,
    SHIFT,
    SLOPE,
    B,
    Kind,
    Role,
    T,
    W,
    X,
)
from problems.computation.network import Computation, Layer, Network, Plan
from problems.computation.scope import Parameters, Scope
from problems.computation.steps import Graph, Step, Unrolled
from problems.rules.activations import SOFTMAX, activation
from problems.rules.expression import (
    Constant,
    Expression,
    Function,
    Product,
    Quotient,
    Ref,
    Slope,
    Softmax,
    Square,
    Sum,
    difference,
    product,
    total,
)
from problems.rules.losses import LOSSES


def units(n: int) -> range:
    """Units count from 1."""
    return range(1, n + 1)


class _Builder:
    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.network: Network = plan.network
        self.loss = LOSSES[plan.network.loss]
        self.steps: dict[str, Step] = {}

    def add(self, id: str, rule: Expression, *others: Expression) -> Ref:
        others = tuple(other for other in others if other != rule)
        refs = [ref for way in (rule, *others) for ref in way.refs()]
        self.steps[id] = Step(id, rule, tuple(dict.fromkeys(refs)), others)
        return Ref(id)

    # forward --------------------------------------------------------------------------------

    def net_rule(
        self, layer: Layer, number: int, j: int, inputs: list[Expression], use: Parameters
    ) -> Expression:
        terms: list[Expression] = [
            Product((use[ids.of(W, number, j, i)], x)) for i, x in enumerate(inputs, 1)
        ]
        match layer.bias:
            case "layer":
                terms.append(use[ids.of(B, number)])
            case "unit":
                terms.append(use[ids.of(B, number, j)])
            case "augmented":
                terms.insert(0, use[ids.of(B, number, j)])
            case "none":
                pass
        return total(terms)

    def out_rule(self, layer: Layer, nets: list[Expression], j: int) -> Expression:
        if layer.activation == SOFTMAX:
            return Softmax(tuple(nets), j - 1)
        return Function(layer.activation, nets[j - 1])

    def forward(self, at: Scope) -> None:
        for number, layer in enumerate(self.network.layers, 1):
            inputs: list[Expression] = [
                at.below(number, i) for i in units(self.network.below(number))
            ]
            nets: list[Expression] = [at.ref(NET, number, j) for j in units(layer.units)]
            for j in units(layer.units):
                rule = self.net_rule(layer, number, j, inputs, at.parameters)
                self.add(at.id(NET, number, j), rule)
            for j in units(layer.units):
                self.add(at.id(OUT, number, j), self.out_rule(layer, nets, j))

    # loss -----------------------------------------------------------------------------------

    def has_errors(self) -> bool:
        """Whether dE/d(output) is a step: not where slope and error cancel."""
        return self.network.layers[-1].activation not in self.loss.simplified

    def loss_steps(self, at: Scope) -> None:
        depth, outputs = self.network.depth, units(self.network.outputs)
        outs: list[Expression] = [at.ref(OUT, depth, k) for k in outputs]
        targets: list[Expression] = [at.given(T, k) for k in outputs]
        if self.has_errors():
            for k in outputs:
                self.add(at.id(ERROR, k), self.loss.error(outs[k - 1], targets[k - 1]))
        self.add(at.id(LOSS), *self.loss_rules(at, outs, targets))

    def loss_rules(
        self, at: Scope, outs: list[Expression], targets: list[Expression]
    ) -> list[Expression]:
        """The document's way first: by shares, by errors or by outputs."""
        outputs = units(len(outs))
        rules = [self.loss.whole(outs, targets)]
        if self.loss.of_errors:
            of_errors = self.loss.scaled(total([Square(at.ref(ERROR, k)) for k in outputs]))
            rules.insert(0 if self.plan.method.loss_of_errors else 1, of_errors)
        if self.plan.method.shares and len(outputs) > 1:
            shares = [
                self.add(at.id(SHARE, k), self.loss.share(outs[k - 1], targets[k - 1]))
                for k in outputs
            ]
            rules.insert(0, total(shares))
        return rules

    # backward -------------------------------------------------------------------------------

    def delta_is_step(self, number: int) -> bool:
        last = number == self.network.depth
        if last and (self.network.layers[-1].activation == SOFTMAX or not self.has_errors()):
            return True
        return self.plan.method.deltas == "all" or (self.plan.method.deltas == "output" and last)

    def dout(self, at: Scope, number: int, j: int) -> Ref:
        last = number == self.network.depth
        return at.ref(ERROR, j) if last else at.ref(DOUT, number, j)

    def chain(self, at: Scope, number: int, j: int) -> Expression:
        """dE/d(net): error times slope, or the delta where that is all there is."""
        if at.id(SLOPE, number, j) in self.steps:
            return Product((self.dout(at, number, j), at.ref(SLOPE, number, j)))
        return at.ref(DELTA, number, j)

    def delta(self, at: Scope, number: int, j: int) -> Expression:
        if self.delta_is_step(number):
            return at.ref(DELTA, number, j)
        return self.chain(at, number, j)

    def delta_rule(self, at: Scope, number: int, j: int) -> Expression:
        out, last = at.ref(OUT, number, j), number == self.network.depth
        if last and not self.has_errors():
            return difference(out, at.given(T, j))
        if self.network.layers[number - 1].activation == SOFTMAX:
            mean = total(
                [
                    Product((at.ref(ERROR, k), at.ref(OUT, number, k)))
                    for k in units(self.network.outputs)
                ]
            )
            return Product((out, difference(at.ref(ERROR, j), mean)))
        return self.chain(at, number, j)

    def slopes(self, at: Scope, number: int) -> None:
        layer = self.network.layers[number - 1]
        if layer.activation == SOFTMAX or (number == self.network.depth and not self.has_errors()):
            return
        for j in units(layer.units):
            source = at.ref(LAYERED[activation(layer.activation).slope_at], number, j)
            self.add(at.id(SLOPE, number, j), Slope(layer.activation, source))

    def hidden_douts(self, at: Scope, number: int) -> None:
        above = units(self.network.layers[number].units)
        for j in units(self.network.layers[number - 1].units):
            paths = [
                product(self.delta(at, number + 1, k), at.parameters[ids.of(W, number + 1, k, j)])
                for k in above
            ]
            if self.plan.method.paths and len(paths) > 1:
                terms = [self.add(at.id(PATH, number, j, path=k), paths[k - 1]) for k in above]
                self.add(at.id(DOUT, number, j), total(terms))
            else:
                self.add(at.id(DOUT, number, j), total(paths))

    def backward(self, at: Scope) -> None:
        for number in range(self.network.depth, 0, -1):
            if number < self.network.depth:
                self.hidden_douts(at, number)
            self.slopes(at, number)
            if self.delta_is_step(number):
                for j in units(self.network.layers[number - 1].units):
                    self.add(at.id(DELTA, number, j), self.delta_rule(at, number, j))
            self.gradients(at, number)

    def gradients(self, at: Scope, number: int) -> None:
        layer = self.network.layers[number - 1]
        ways = self.ways(at, number)
        for j in units(layer.units):
            for i in units(self.network.below(number)):
                below = [at.below(number, i)]
                if self.plan.method.factors:
                    below.append(self.add(at.id(DNET, number, j, i), below[0]))
                rules = [product(deltas[j - 1], factor) for deltas in ways for factor in below]
                self.add(at.id(DW, number, j, i), *rules)
        if not self.plan.task.update_biases or layer.bias == "none":
            return
        if layer.bias == "layer":
            self.add(at.id(DB, number), *[total(deltas) for deltas in ways])
        else:
            for j in units(layer.units):
                self.add(at.id(DB, number, j), *[deltas[j - 1] for deltas in ways])

    def ways(self, at: Scope, number: int) -> list[list[Expression]]:
        """dE/d(net) of a layer's units: the document's way first, then by the delta step."""
        every = units(self.network.layers[number - 1].units)
        ways = [[self.delta(at, number, j) for j in every]]
        if self.plan.method.gradients == "chain":
            ways.insert(0, [self.chain(at, number, j) for j in every])
        return ways

    # several examples, updates --------------------------------------------------------------

    def trained(self) -> list[str]:
        """Core ids of the parameters that are updated."""
        network = self.network
        return network.parameters() if self.plan.task.update_biases else network.weights()

    def averages(self, iteration: int) -> None:
        examples = units(self.plan.task.examples)
        gradients = (ids.parse(core).related(Role.GRADIENT) for core in self.trained())
        for core in (ids.of(LOSS), *gradients):
            terms = [Ref(ids.at(core, n, iteration)) for n in examples]
            share = Constant(f"1/{len(examples)}")
            self.add(ids.at(core, None, iteration), Product((share, total(terms))))

    def update(self, parameters: Parameters, example: int | None, iteration: int) -> Parameters:
        new = dict(parameters)
        for core in self.trained():
            parameter = ids.parse(core)
            gradient = Ref(ids.at(parameter.related(Role.GRADIENT), example, iteration))
            rule = difference(parameters[core], Product((Ref(ids.of(RATE)), gradient)))
            updated = ids.at(parameter.related(Role.UPDATE), example, iteration)
            new[core] = self.add(updated, rule)
        return new

    # central differences --------------------------------------------------------------------

    def numeric(self, at: Scope) -> None:
        for core in self.plan.task.numeric:
            shift, parameter = Ref(ids.of(SHIFT)), ids.parse(core)
            up = self.shifted(at, core, Role.RAISED, Sum((at.parameters[core], shift)))
            down = self.shifted(at, core, Role.LOWERED, difference(at.parameters[core], shift))
            twice = Product((Constant("2"), shift))
            name = at.place(parameter.related(Role.DIFFERENCE_QUOTIENT))
            self.add(name, Quotient(difference(up, down), twice))

    def shifted(self, at: Scope, core: str, side: Role, value: Expression) -> Ref:
        """The loss with one parameter shifted; only what depends on it is computed anew."""
        root = ids.parse(core).related(side)
        use: Parameters = {**at.parameters, core: value}
        now: dict[str, Expression] = {}

        def read(kind: Kind, *indices: int) -> Expression:
            core_id = ids.of(kind, *indices)
            return now.get(core_id, Ref(at.place(core_id)))

        for number, layer in enumerate(self.network.layers, 1):
            inputs = [
                at.given(X, i) if number == 1 else read(OUT, number - 1, i)
                for i in units(self.network.below(number))
            ]
            for j in units(layer.units):
                rule = self.net_rule(layer, number, j, inputs, use)
                name = ids.of(NET, number, j)
                if rule != self.steps[at.place(name)].rule:
                    now[name] = self.add(at.place(ids.within(root, name)), rule)
            nets = [read(NET, number, j) for j in units(layer.units)]
            for j in units(layer.units):
                rule, name = self.out_rule(layer, nets, j), ids.of(OUT, number, j)
                if rule != self.steps[at.place(name)].rule:
                    now[name] = self.add(at.place(ids.within(root, name)), rule)
        depth, outputs = self.network.depth, units(self.network.outputs)
        outs = [read(OUT, depth, k) for k in outputs]
        targets: list[Expression] = [at.given(T, k) for k in outputs]
        return self.add(at.place(root), self.loss.whole(outs, targets))

    # the whole ------------------------------------------------------------------------------

    def one_pass(self, example: int | None, iteration: int, parameters: Parameters) -> None:
        at = Scope(example, iteration, parameters)
        self.forward(at)
        self.loss_steps(at)
        self.backward(at)
        if iteration == 1:
            self.numeric(at)

    def build(self) -> Graph:
        task = self.plan.task
        examples = [None] if task.examples == 1 else list(units(task.examples))
        parameters: Parameters = {core: Ref(core) for core in self.network.parameters()}
        for iteration in units(task.iterations):
            for example in examples:
                self.one_pass(example, iteration, parameters)
                if task.mode == "sequential" and example and task.update:
                    parameters = self.update(parameters, example, iteration)
            if examples[-1] and task.mode == "batch":
                self.averages(iteration)
            if task.update and (task.mode == "batch" or not examples[-1]):
                parameters = self.update(parameters, None, iteration)
        return Graph(self.plan, self.steps, self.plan.given_ids())


@lru_cache(maxsize=128)
def build(plan: Computation) -> Graph:
    """The graph of a plan.

    >>> from problems.computation.network import Computation, Layer, Network, Plan
    >>> graph = build(Plan(Network(1, (Layer(1),))))
    >>> list(graph.steps)[:4]
    ['net.1.1', 'out.1.1', 'error.1', 'loss']
    >>> graph.steps["dw.1.1.1"].parents
    ('delta.1.1', 'x.1')
    """
    if isinstance(plan, Plan):
        return _Builder(plan).build()
    if isinstance(plan, Unrolled):
        return plan.graph()
    raise TypeError(f"no graph is known of {type(plan).__name__}")
