namespace Hierarchy.Storage.SqlServer;

/// <summary>Which failures of a transaction are worth another attempt, and after how long. These numbers are the only ones that anything here depends on.</summary>
internal static class RetryPolicy
{
    /// <summary>The server chose this transaction as the victim of a deadlock, and has undone it.</summary>
    public const int Deadlock = 1205;

    /// <summary>A row with that key is there already (unique index).</summary>
    public const int DuplicateInIndex = 2601;

    /// <summary>A row with that key is there already (constraint).</summary>
    public const int DuplicateInConstraint = 2627;

    /// <summary>Attempts in all.</summary>
    public const int Attempts = 8;

    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(5);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(1);

    /// <summary>True for a key that two transactions wrote at once.</summary>
    public static bool IsDuplicate(int number) => number is DuplicateInIndex or DuplicateInConstraint;

    /// <summary>True when the server has undone the transaction for certain, so that nothing needs to be found out before the next attempt.</summary>
    public static bool IsUndone(int number) => number == Deadlock || IsDuplicate(number);

    /// <summary>How long to wait before an attempt; null when there is none left.</summary>
    /// <param name="attempt">1 for the first that failed.</param>
    /// <param name="random">0 up to 1: two that collided do not collide again.</param>
    public static TimeSpan? DelayAfter(int attempt, double random)
    {
        if (attempt >= Attempts) return null;
        var longest = Math.Min(Shortest.TotalMilliseconds * Math.Pow(2, attempt), Longest.TotalMilliseconds);
        return TimeSpan.FromMilliseconds(longest * (0.5 + 0.5 * random));
    }
}
