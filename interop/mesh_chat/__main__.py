"""`python -m mesh_chat` is `mesh-chat-cli`."""

import sys

from .cli import main

sys.exit(main())
