using Hierarchy.Domain.Changes;

namespace Hierarchy.Storage;

/// <summary>Those who are told of committed transactions.</summary>
internal static class Subscribers
{
    /// <summary>Tells all of them all. One that fails must not keep a transaction from the others: they would miss it for ever.</summary>
    /// <exception cref="AggregateException">What they threw, after everybody was told.</exception>
    public static void Tell(this Action<CommittedTransaction>? subscribers, IReadOnlyList<CommittedTransaction> transactions)
    {
        if (subscribers is null) return;
        List<Exception>? failures = null;
        foreach (var transaction in transactions)
            foreach (var subscriber in Delegate.EnumerateInvocationList(subscribers))
            {
                try
                {
                    subscriber(transaction);
                }
                catch (Exception exception)
                {
                    (failures ??= []).Add(exception);
                }
            }

        if (failures is not null) throw new AggregateException(failures);
    }
}
