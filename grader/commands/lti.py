"""bpgrade lti: learning platforms that open the service by LTI 1.3."""

from __future__ import annotations

from grader.commands.group import group

lti = group(
    "lti",
    {
        "invite": (
            "grader.commands.lti_platforms:invite",
            "An address to register a platform by.",
        ),
        "platforms": ("grader.commands.lti_platforms:platforms", "List the registered platforms."),
        "add": ("grader.commands.lti_platforms:add", "Register a platform by hand."),
        "allow": ("grader.commands.lti_platforms:allow", "Let in launches of a deployment."),
        "remove": ("grader.commands.lti_platforms:remove", "End a platform's registration."),
        "doctor": ("grader.commands.lti_doctor:doctor", "Find out why launches or grades fail."),
    },
    "Moodle, Canvas and others open the service by LTI 1.3, and get their grades from it.",
    "bpgrade lti invite --data /srv/bpgrade --url https://bpgrade.example.org",
)
"""The group of commands."""
