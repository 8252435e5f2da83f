using Hierarchy.WindowsUpdate.Upstream;

namespace Hierarchy.Testing.MicrosoftUpdate;

/// <summary>
/// Disturbs calls at random: every error code of the protocol, statuses that proxies and web servers answer with, connections cut in the middle of a body. Never a wrong byte: nothing in the
/// protocol shows one in a document that is sent as it is. Ends by itself after so many disturbances.
/// </summary>
internal sealed class RandomFaults(int seed, double share, int most)
{
    private static readonly string[] Codes = [.. Enum.GetNames<UpstreamError>(), "ConfigChanged", "CookieExpired"];
    private static readonly int[] Statuses = [400, 401, 403, 404, 407, 408, 429, 500, 502, 503, 504];

    private readonly Random _random = new(seed);
    private readonly int _kinds = Codes.Length + Statuses.Length;

    /// <summary>How many are still to come.</summary>
    public int Left { get; private set; } = most;

    public FaultPlan.Disturbance? Next()
    {
        if (Left == 0 || _random.NextDouble() >= share) return null;
        Left--;
        // A third of them are cuts, the rest anything that can be answered.
        if (_random.Next(3) == 0) return new FaultPlan.Disturbance { CutAfter = _random.Next(40_000) };
        var kind = _random.Next(_kinds);
        return kind < Codes.Length ? new FaultPlan.Disturbance { ErrorCode = Codes[kind] } : new FaultPlan.Disturbance { HttpStatus = Statuses[kind - Codes.Length] };
    }
}
