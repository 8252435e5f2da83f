using Hierarchy.Testing.MicrosoftUpdate.Decisions;
using Hierarchy.Testing.MicrosoftUpdate.Documents;
using Hierarchy.Testing.MicrosoftUpdate.Drivers;
using Hierarchy.Testing.MicrosoftUpdate.Soap;

namespace Hierarchy.Testing.MicrosoftUpdate;

/// <summary>What the endpoints of one simulated server share.</summary>
internal sealed class UpstreamState(UpdateLibrary library, MicrosoftUpdateOptions options)
{
    // Far above any number of revisions, so that an anchor tells which life of the server gave it out.
    private const long NumbersPerLife = 1_000_000_000;

    private long _firstNumber;

    public UpdateLibrary Library => library;

    public MicrosoftUpdateOptions Options => options;

    public CallCounters Counters { get; } = new();

    public FaultPlan Faults { get; } = new();

    public Cookies Cookies { get; } = new(options.Time, options.CookieLifetime);

    public UpstreamDecisions Decisions { get; } = new(options.Time);

    public DriverSetLibrary DriverSets { get; } = new();

    public DateTimeOffset Now => options.Time.GetUtcNow();

    /// <summary>The anchor of an answer that covers so many revisions.</summary>
    public Anchor AnchorAt(int revisions) => new(Interlocked.Read(ref _firstNumber) + revisions, Now);

    /// <summary>How many revisions a client that presents an anchor knows; an anchor from an earlier life is a fault, one from nowhere too.</summary>
    public int Known(Anchor? anchor, string parameter)
    {
        if (anchor is not { } presented)
            return 0;
        var known = presented.Number - Interlocked.Read(ref _firstNumber);
        if (known < 0)
            throw new SoapFaultException(SoapFaultException.ServerChanged);
        if (known > library.Count)
            throw new SoapFaultException(SoapFaultException.InvalidParameters, parameter);
        return (int)known;
    }

    /// <summary>The anchor of an answer that covers so many decisions.</summary>
    public Anchor DecisionAnchorAt(long decisions) => new(Interlocked.Read(ref _firstNumber) + decisions, Now);

    /// <summary>How many decisions a client that presents an anchor knows; an anchor from an earlier life is a fault.</summary>
    public long KnownDecisions(Anchor? anchor, string parameter)
    {
        if (anchor is not { } presented)
            return 0;
        var known = presented.Number - Interlocked.Read(ref _firstNumber);
        return known switch
        {
            < 0 => throw new SoapFaultException(SoapFaultException.ServerChanged),
            >= NumbersPerLife => throw new SoapFaultException(SoapFaultException.InvalidParameters, parameter),
            _ => known,
        };
    }

    public void RestartWithNewAnchors()
    {
        Interlocked.Add(ref _firstNumber, NumbersPerLife);
        Cookies.Forget();
    }
}
