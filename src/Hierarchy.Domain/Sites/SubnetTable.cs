using System.Net;

namespace Hierarchy.Domain.Sites;

/// <summary>
/// Finds the site of an address: the longest prefix wins. Immutable; built whole whenever a site changes. A look-up is a
/// binary search and allocates nothing.
/// </summary>
/// <remarks>
/// Nested prefixes are flattened at build time into ranges that do not overlap, each with the one subnet that owns it, so
/// that a look-up never walks from longer to shorter prefixes.
/// </remarks>
public sealed class SubnetTable
{
    private readonly SubnetMatch[] _owners;
    private readonly Ranges<uint> _ipv4;
    private readonly Ranges<UInt128> _ipv6;

    private SubnetTable(SubnetMatch[] owners, Ranges<uint> ipv4, Ranges<UInt128> ipv6, IReadOnlyList<SubnetConflict> conflicts)
    {
        _owners = owners;
        _ipv4 = ipv4;
        _ipv6 = ipv6;
        Conflicts = conflicts;
    }

    /// <summary>Knows no subnet.</summary>
    public static SubnetTable Empty { get; } = Build([]);

    /// <summary>Subnets in the table, each counted once.</summary>
    public int Count => _owners.Length;

    /// <summary>Subnets that more than one site claims, and who got them. The order of the sites makes no difference.</summary>
    public IReadOnlyList<SubnetConflict> Conflicts { get; }

    /// <summary>Builds the table. Sites that claim the same subnet do not fail it: see <see cref="Conflicts"/>.</summary>
    public static SubnetTable Build(IEnumerable<Site> sites)
    {
        ArgumentNullException.ThrowIfNull(sites);
        var claims = sites.SelectMany(site => site.Subnets.Select(subnet => new SubnetMatch(site, subnet))).ToArray();
        Array.Sort(claims, CompareClaims);

        var owners = new List<SubnetMatch>(claims.Length);
        var conflicts = new List<SubnetConflict>();
        foreach (var claim in claims)
        {
            if (owners.Count == 0 || owners[^1].Subnet != claim.Subnet)
                owners.Add(claim);
            else if (!string.Equals(owners[^1].Site.Name, claim.Site.Name, StringComparison.OrdinalIgnoreCase))
                conflicts.Add(new SubnetConflict(claim.Subnet, owners[^1].Site.Name, claim.Site.Name));
        }

        var table = owners.ToArray();
        var split = Array.FindIndex(table, owner => owner.Subnet.IsIPv6);
        if (split < 0) split = table.Length;
        var ipv4 = Flatten(table, 0, split, uint.MaxValue);
        var ipv6 = Flatten(table, split, table.Length, UInt128.MaxValue);
        return new SubnetTable(table, ipv4.Convert(start => (uint)start), ipv6, conflicts);
    }

    /// <summary>The site that owns the address, and by which subnet; false when none does.</summary>
    public bool TryFind(IPAddress address, out SubnetMatch match)
    {
        ArgumentNullException.ThrowIfNull(address);
        var owner = Subnet.ToNumber(address, out var number) ? _ipv6.Find(number) : _ipv4.Find((uint)number);
        match = owner < 0 ? default : _owners[owner];
        return owner >= 0;
    }

    /// <summary>Every subnet that holds the address, longest prefix first: for explanations, since it looks at all of them.</summary>
    public IReadOnlyList<SubnetMatch> FindAll(IPAddress address) => [.. _owners.Where(owner => owner.Subnet.Contains(address)).OrderByDescending(owner => owner.Subnet.PrefixLength)];

    private static int CompareClaims(SubnetMatch left, SubnetMatch right)
    {
        var order = left.Subnet.CompareTo(right.Subnet);
        if (order == 0) order = StringComparer.OrdinalIgnoreCase.Compare(left.Site.Name, right.Site.Name);
        return order == 0 ? string.CompareOrdinal(left.Site.Name, right.Site.Name) : order;
    }

    /// <summary>Sweeps the owners (sorted: a wider block before those inside it) with a stack of the blocks that are open.</summary>
    private static Ranges<UInt128> Flatten(SubnetMatch[] owners, int from, int to, UInt128 maximum)
    {
        var starts = new List<UInt128> { UInt128.Zero };
        var indexes = new List<int> { -1 };
        var open = new Stack<int>();
        for (var i = from; i < to; i++)
        {
            var subnet = owners[i].Subnet;
            while (open.TryPeek(out var top) && owners[top].Subnet.Last < subnet.First) Close(open.Pop());
            Mark(subnet.First, i);
            open.Push(i);
        }

        while (open.TryPop(out var last)) Close(last);
        return new Ranges<UInt128>([.. starts], [.. indexes]);

        void Close(int owner)
        {
            var end = owners[owner].Subnet.Last;
            if (end < maximum) Mark(end + 1, open.TryPeek(out var outer) ? outer : -1);
        }

        void Mark(UInt128 start, int owner)
        {
            // Blocks that begin or end at one address: the mark made last is the innermost that is still open.
            if (starts[^1] == start) indexes[^1] = owner;
            else
            {
                starts.Add(start);
                indexes.Add(owner);
            }
        }
    }

    private readonly struct Ranges<T>(T[] starts, int[] owners) where T : IComparable<T>
    {
        public int Find(T address)
        {
            var index = Array.BinarySearch(starts, address);
            return owners[index >= 0 ? index : ~index - 1];
        }

        public Ranges<TOther> Convert<TOther>(Converter<T, TOther> convert) where TOther : IComparable<TOther> =>
            new(Array.ConvertAll(starts, convert), owners);
    }
}
