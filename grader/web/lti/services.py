"""tmp"""


class ServiceCallError(Exception): ...


def members(context):
    return []
