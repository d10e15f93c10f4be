"""The compiled executor: what an operation asks of a value, as a Python function made for it.

GraphQL's own executor takes about eight calls for each leaf of an answer. What it does with a
value depends on the selection alone, so `writing` writes it down as source once for each type and
selection, `leaves` says how a scalar or an enum is completed, and `executor` calls it. Resolvers
of root fields run as ever; what they return is completed here.

A written function knows only the usual: the right class, no null where none may be. At anything
else it raises, whatever it raises, and the stock executor completes that object anew, the
written functions below it where they can. So data, errors, paths and nulls are the stock ones.
"""
