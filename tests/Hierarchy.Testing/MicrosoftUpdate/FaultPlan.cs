namespace Hierarchy.Testing.MicrosoftUpdate;

/// <summary>
/// What goes wrong on purpose. Each rule applies to the next so many calls of one operation (or of any), in the order in which rules were added;
/// the operation of a download is <see cref="Content"/>.
/// </summary>
public sealed class FaultPlan
{
    /// <summary>The name that stands for a request for a file.</summary>
    public const string Content = "Content";

    private readonly Lock _gate = new();
    private readonly List<Rule> _rules = [];
    private RandomFaults? _random;

    /// <summary>Answers with a fault of the protocol: ServerBusy, InvalidCookie, ServerChanged, InternalServerError, …</summary>
    public void FailNext(int calls, string errorCode, string? operation = null) => Add(operation, calls, new Disturbance { ErrorCode = errorCode });

    /// <summary>Answers with an HTTP status and no SOAP at all, as a proxy or a stopped application pool does.</summary>
    public void RefuseNext(int calls, int httpStatus, string? operation = null) => Add(operation, calls, new Disturbance { HttpStatus = httpStatus });

    /// <summary>Announces the whole body, sends so many bytes of it and cuts the connection.</summary>
    public void CutNext(int calls, long afterBytes, string? operation = null) => Add(operation, calls, new Disturbance { CutAfter = afterBytes });

    /// <summary>Inverts the byte at this place of the body (the last byte, for a shorter body).</summary>
    public void CorruptNext(int calls, long at, string? operation = null) => Add(operation, calls, new Disturbance { CorruptAt = at });

    /// <summary>Disturbs this share of all calls with anything that can go wrong, until it has done so so many times.</summary>
    public void DisturbAtRandom(int seed, double share, int most)
    {
        lock (_gate)
            _random = new RandomFaults(seed, share, most);
    }

    /// <summary>How many random disturbances are still to come.</summary>
    public int RandomLeft
    {
        get
        {
            lock (_gate)
                return _random?.Left ?? 0;
        }
    }

    public void Clear()
    {
        lock (_gate)
        {
            _rules.Clear();
            _random = null;
        }
    }

    internal Disturbance? Next(string operation)
    {
        lock (_gate)
        {
            var index = _rules.FindIndex(rule => rule.Operation is null || rule.Operation == operation);
            if (index < 0)
                return operation == Content ? null : _random?.Next();
            var rule = _rules[index];
            if (--rule.Left == 0)
                _rules.RemoveAt(index);
            return rule.Effect;
        }
    }

    private void Add(string? operation, int calls, Disturbance effect)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(calls);
        lock (_gate)
            _rules.Add(new Rule { Operation = operation, Left = calls, Effect = effect });
    }

    internal sealed record Disturbance
    {
        public string? ErrorCode { get; init; }

        public int? HttpStatus { get; init; }

        public long? CutAfter { get; init; }

        public long? CorruptAt { get; init; }
    }

    private sealed class Rule
    {
        public required string? Operation { get; init; }

        public required int Left { get; set; }

        public required Disturbance Effect { get; init; }
    }
}
