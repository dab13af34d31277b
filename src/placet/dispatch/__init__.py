"""Durable dispatch. The `dbos` adapter is imported only where it is built: it takes more than a second."""

from placet.dispatch.port import Dispatch, Handler, Segment, SegmentKind, execution

__all__ = ["Dispatch", "Handler", "Segment", "SegmentKind", "execution"]
