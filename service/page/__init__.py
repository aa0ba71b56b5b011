"""The page: Dash on the application of the API, at ``/ui/``. It speaks to the desk alone.

Each view is a module: what it shows, and what happens when somebody acts in it. What Dash cannot do
(keys, uploads with progress) stands in ``assets/`` and speaks to the HTTP API as any client.
"""
