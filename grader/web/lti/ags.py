"""Assignment and grade services: columns of a platform's gradebook, scores, results."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from grader.errors import ResponseError
from grader.web.lti.access_tokens import LINEITEM, RESULT, SCORE
from grader.web.lti.models import Platform
from grader.web.lti.outcomes import Outcome
from grader.web.lti.service_calls import ask, below, got, listed, text, with_query

SCORE_TYPE = "application/vnd.ims.lis.v1.score+json"
ITEM_TYPE = "application/vnd.ims.lis.v2.lineitem+json"
ITEMS_TYPE = "application/vnd.ims.lis.v2.lineitemcontainer+json"
RESULTS_TYPE = "application/vnd.ims.lis.v2.resultcontainer+json"


@dataclass(frozen=True, slots=True)
class Score:
    """A grade as a platform takes it."""

    sub: str
    """The student, as the platform calls them."""
    score: float
    most: float
    """More than 0; the platform scales to the maximum of its own column."""
    comment: str
    stamp: datetime
    """In whole seconds: platforms compare no finer."""

    def as_json(self) -> dict[str, Any]:
        """The form of the service; always a grade that is final: any other wipes what is there."""
        return {
            "userId": self.sub,
            "scoreGiven": min(max(self.score, 0.0), self.most),
            "scoreMaximum": self.most,
            "activityProgress": "Completed",
            "gradingProgress": "FullyGraded",
            "timestamp": self.stamp.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z"),
            **({"comment": self.comment} if self.comment else {}),
        }


def send_score(platform: Platform, lineitem_url: str, score: Score) -> Outcome:
    """Send a grade to a column."""
    return ask(
        platform,
        SCORE,
        "POST",
        below(lineitem_url, "scores"),
        headers={"Content-Type": SCORE_TYPE},
        body=json.dumps(score.as_json(), ensure_ascii=False).encode(),
    )


@dataclass(frozen=True, slots=True)
class LineItem:
    """A column of a platform's gradebook."""

    url: str
    label: str
    most: float
    resource: str
    """Our name for what it is of; '' for one that is not ours."""
    tag: str
    link: str
    """The activity that it hangs on; '' for none."""


def line_items(platform: Platform, lineitems_url: str) -> list[LineItem]:
    """The columns of a course that we may see.

    Raises:
        RefusalError: the platform does not tell, or not now.
        ResponseError: what it tells are no columns.
    """
    return [_item(row) for row in listed(platform, LINEITEM, lineitems_url, ITEMS_TYPE)]


def line_item_for(
    platform: Platform, lineitems_url: str, resource: str, tag: str, label: str, most: float
) -> LineItem:
    """Our column for something: the one that is there, else a new one.

    Args:
        platform: whose.
        lineitems_url: of the course.
        resource: our name for what the column is of.
        tag: tells columns of one resource apart.
        label: as the gradebook shows it.
        most: its maximum.

    Raises:
        RefusalError: the platform makes none, or not now.
        ResponseError: what it answers is no column.
    """
    where = with_query(lineitems_url, resource_id=resource, tag=tag)
    for found in line_items(platform, where):
        if (found.resource, found.tag) == (resource, tag):
            return found
    wanted = {"scoreMaximum": most, "label": label, "resourceId": resource, "tag": tag}
    made = ask(
        platform,
        LINEITEM,
        "POST",
        lineitems_url,
        headers={"Content-Type": ITEM_TYPE, "Accept": ITEM_TYPE},
        body=json.dumps(wanted, ensure_ascii=False).encode(),
    )
    return _item(got(made).json())


def _item(row: Any) -> LineItem:
    try:
        return LineItem(
            url=text(row, "id"),
            label=text(row, "label"),
            most=float(row.get("scoreMaximum") or 0),
            resource=text(row, "resourceId"),
            tag=text(row, "tag"),
            link=text(row, "resourceLinkId"),
        )
    except (AttributeError, TypeError, ValueError):
        raise ResponseError("what the platform tells is no column of grades") from None


@dataclass(frozen=True, slots=True)
class Shown:
    """A grade as the platform shows it."""

    sub: str
    score: float | None
    most: float
    comment: str


def results(platform: Platform, lineitem_url: str) -> list[Shown]:
    """The grades in a column.

    Raises:
        RefusalError: the platform does not tell, or not now.
        ResponseError: what it tells are no grades.
    """
    url = below(lineitem_url, "results")
    return [_shown(row) for row in listed(platform, RESULT, url, RESULTS_TYPE)]


def _shown(row: Any) -> Shown:
    try:
        score = row.get("resultScore")
        return Shown(
            sub=text(row, "userId"),
            score=None if score is None else float(score),
            most=float(row.get("resultMaximum") or 1),
            comment=text(row, "comment"),
        )
    except (AttributeError, TypeError, ValueError):
        raise ResponseError("what the platform tells is no grade") from None
