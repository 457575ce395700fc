"""What the routes of one process share: settings, the store, and the spaces that are open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Request

from graphmem_api.admission import CALLER
from graphmem_api.inbox.inbox import Inbox
from graphmem_api.settings import Settings
from graphmem_api.spaces import Spaces

__all__ = ["Service", "ServiceHere", "service_of"]


@dataclass(slots=True)
class Service:
    """Made when the app starts, and closed when it ends."""

    settings: Settings
    spaces: Spaces
    inbox: Inbox


async def service_of(request: Request) -> Service:
    """Return the service that a request came to; what it lends goes to the caller's account."""
    service: Service = request.app.state.service
    CALLER.set(getattr(request.scope["state"].get("caller"), "account", ""))
    return service


ServiceHere = Annotated[Service, Depends(service_of)]
