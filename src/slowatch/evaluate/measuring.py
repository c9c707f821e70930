"""Measuring: questions and a grid of slots in, recordings out."""

from collections.abc import Iterable, Sequence

from slowatch.evaluate.asked import AskedExpression, asked_of
from slowatch.evaluate.counter_events import CounterEventsMeasuring, CounterQuestion
from slowatch.evaluate.expressions import Lengths
from slowatch.evaluate.free_events import FreePlan
from slowatch.evaluate.levels import LevelPlan
from slowatch.evaluate.question import Question
from slowatch.evaluate.told import Told, recording
from slowatch.ledger.port import Recording
from slowatch.source.answer import Answer, Grid
from slowatch.source.asking import Asker, Gate
from slowatch.source.buckets import Buckets, quantile_problem
from slowatch.source.counters import CounterNeed
from slowatch.source.counting import Counted, Counting
from slowatch.source.together import ask_together
from slowatch.spec.compiled import CounterEvents, FreeEvents, Level


class Measuring:
    """Asks questions of one Prometheus and turns the answers into recordings."""

    def __init__(self, asker: Asker, *, scrape_s: int) -> None:
        self._asker = asker
        self._buckets = Buckets(asker)
        self._counting = Counting(asker, scrape_s=scrape_s)
        self._counter_events = CounterEventsMeasuring(asker, self._counting, self._buckets)
        self._scrape_s = scrape_s
        self._counter_questions: dict[str, CounterQuestion] = {}

    def expect_scrapes_every(self, scrape_s: int) -> None:
        """Take a scrape interval for true from now on."""
        self._scrape_s = self._counting.scrape_s = scrape_s

    def asked(self, question: Question) -> tuple[AskedExpression, ...]:
        """The PromQL that is asked for a slot."""
        return asked_of(question, Lengths(question.slot_s, self._scrape_s))

    def measure(
        self, questions: Sequence[Question], grid: Grid, gate: Gate = None
    ) -> list[Recording]:
        """The recordings of all questions for the slots, or whole hours, that end on the grid.

        A grid whose step is an hour asks for whole hours; the questions must allow that. Raises
        Unavailable or Misconfigured when nothing was told; then nothing is to be recorded.
        """
        told = self.tell(questions, grid, gate)
        return [recording(question, told[question.key], grid) for question in questions]

    def tell(self, questions: Sequence[Question], grid: Grid, gate: Gate = None) -> dict[str, Told]:
        """What each question was told for the grid, by its key; raises as `measure` does."""
        counters = [
            self._counter_question(q, q.sli) for q in questions if isinstance(q.sli, CounterEvents)
        ]
        plans = [plan for q in questions if (plan := self._plan(q, grid)) is not None]
        return self._counter_events.measure(counters, grid, gate) | self._told(plans, grid, gate)

    def count(self, needs: Sequence[CounterNeed], grid: Grid) -> dict[CounterNeed, Counted]:
        """How much counters grew in each slot of the grid; raises as `measure` does."""
        return self._counting.count(needs, grid)

    def ask(self, expressions: Iterable[str], grid: Grid) -> dict[str, Answer]:
        """The answer to each expression at each moment of the grid; raises as `measure` does."""
        return self._asker.ask(expressions, grid)

    @property
    def scrape_s(self) -> int:
        """The scrape interval that is expected, in seconds."""
        return self._scrape_s

    def _counter_question(self, question: Question, sli: CounterEvents) -> CounterQuestion:
        """The question with its needs; the same object each time, so that its plan is kept."""
        found = self._counter_questions.get(question.key)
        if found is None:
            found = CounterQuestion.of(question, sli)
            self._counter_questions[question.key] = found
        return found

    def _plan(self, question: Question, grid: Grid) -> LevelPlan | FreePlan | None:
        lengths = Lengths(question.slot_s, self._scrape_s)
        is_hourly = grid.step_s != question.slot_s
        match question.sli:
            case Level() as level:
                return LevelPlan(question, level, lengths, is_hourly)
            case FreeEvents() as events:
                return FreePlan(question, events, lengths, is_hourly)
            case _:
                return None

    def _told(
        self, plans: Sequence[LevelPlan | FreePlan], grid: Grid, gate: Gate
    ) -> dict[str, Told]:
        wanted = (e for plan in plans for e in plan.expressions)
        census = self._counting.census.at(grid.last_s)
        answers = ask_together(self._asker, wanted, grid, gate, census=census)
        blunt = self._blunt_quantiles(plans, grid)
        return {
            plan.question.key: blunt.get(plan.question.key) or plan.read(answers) for plan in plans
        }

    def _blunt_quantiles(
        self, plans: Sequence[LevelPlan | FreePlan], grid: Grid
    ) -> dict[str, Told]:
        """Quantiles that no bucket is high enough to tell, and why."""
        bounds = {
            plan.question.key: plan.level.histogram
            for plan in plans
            if isinstance(plan, LevelPlan) and plan.level.histogram is not None
        }
        found = self._buckets.bounds(list(bounds.values()), grid.last_s)
        problems = {
            key: quantile_problem(bound, buckets)
            for (key, bound), buckets in zip(bounds.items(), found, strict=True)
        }
        return {key: Told(otherwise=why) for key, why in problems.items() if why}
