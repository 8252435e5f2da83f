using Hierarchy.Domain.Groups;

namespace Hierarchy.Domain.Effects;

/// <summary>Computers that are in the same groups before, and in the same after: what is decided for one of them is decided for all.</summary>
public sealed class ComputerClass
{
    private readonly List<string> _ids = [];
    private readonly Dictionary<(string Site, string Server), int> _places = [];

    internal ComputerClass(Guid[] before, Guid[] after, Membership wasIn, Membership isIn)
    {
        Before = before;
        After = after;
        WasIn = wasIn;
        IsIn = isIn;
    }

    /// <summary>Ids of the groups that they are in directly, before; ascending.</summary>
    public IReadOnlyList<Guid> Before { get; }

    /// <summary>The same after.</summary>
    public IReadOnlyList<Guid> After { get; }

    /// <summary>How many they are.</summary>
    public int Count => _ids.Count;

    /// <summary>Their ids.</summary>
    public IReadOnlyList<string> Ids => _ids;

    /// <summary>How many of them are in which site and report to which server.</summary>
    public IReadOnlyDictionary<(string Site, string Server), int> Places => _places;

    internal Membership WasIn { get; }

    internal Membership IsIn { get; }

    internal bool IsMoved => !WasIn.ScopeHash.AsSpan().SequenceEqual(IsIn.ScopeHash);

    internal void Add(in AffectedComputer computer)
    {
        _ids.Add(computer.Facts.ComputerId);
        _places[(computer.Site, computer.Server)] = _places.GetValueOrDefault((computer.Site, computer.Server)) + 1;
    }
}
