using Hierarchy.Domain.Approvals;

namespace Hierarchy.Domain.Effects;

/// <summary>What computers are told of an update before and after; null where they are told nothing.</summary>
/// <param name="Before">Before.</param>
/// <param name="After">After; the same where only the deadline or the revision is another one.</param>
public readonly record struct ActionChange(DecisionAction? Before, DecisionAction? After)
{
    /// <summary>Computers begin to do something.</summary>
    public bool IsBegun => Acts(After) && !Acts(Before);

    private static bool Acts(DecisionAction? action) => action is DecisionAction.Install or DecisionAction.Uninstall or DecisionAction.OptionalInstall;
}
