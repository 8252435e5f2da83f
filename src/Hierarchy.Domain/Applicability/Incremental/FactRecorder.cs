using System.Runtime.InteropServices;
using Hierarchy.Domain.Applicability.Facts;

namespace Hierarchy.Domain.Applicability.Incremental;

/// <summary>Stands between the rules and the computer: asks for each fact once an evaluation, and remembers who read which.</summary>
internal sealed class FactRecorder : IFacts
{
    private readonly Dictionary<FactKey, RecordedFact> _facts = [];
    private readonly List<RecordedFact> _reads = [];
    private IFacts _source = FactSet.Empty;
    private int _reader;
    private int _round;

    internal int Count => _facts.Count;

    /// <inheritdoc/>
    public Fact<OperatingSystemFacts> OperatingSystem => Read(new FactKey(FactKind.OperatingSystem), 0, static (facts, _, _) => facts.OperatingSystem);

    /// <inheritdoc/>
    public Fact<bool> IsClustered => Read(new FactKey(FactKind.IsClustered), 0, static (facts, _, _) => facts.IsClustered);

    /// <inheritdoc/>
    public Fact<DeviceTable> Devices => Read(new FactKey(FactKind.Devices), 0, static (facts, _, _) => facts.Devices);

    /// <summary>Asks again for every fact that is remembered; true when an answer is another.</summary>
    internal bool Refresh(IFacts source)
    {
        _source = source;
        var hasChanged = false;
        foreach (var fact in _facts.Values) hasChanged |= fact.Refresh(source);
        return hasChanged;
    }

    /// <summary>What is read from now on is one reader's.</summary>
    internal void Begin()
    {
        _reader++;
        _reads.Clear();
    }

    /// <summary>What was read since <see cref="Begin"/>; the previous list itself when it is the same.</summary>
    internal RecordedFact[] End(RecordedFact[] previous)
        => CollectionsMarshal.AsSpan(_reads).SequenceEqual(previous) ? previous : [.. _reads];

    /// <summary>Forgets the facts that nobody reads any more.</summary>
    internal void Retain(RevisionNode[] nodes)
    {
        _round++;
        foreach (var node in nodes)
            foreach (var fact in node.Reads) fact.Needed = _round;
        foreach (var (key, fact) in _facts)
            if (fact.Needed != _round) _facts.Remove(key);
    }

    internal void Clear()
    {
        _facts.Clear();
        _reads.Clear();
        _source = FactSet.Empty;
    }

    /// <inheritdoc/>
    public Fact<bool> KeyExists(RegistryPath key)
        => Read(Of(FactKind.KeyExists, key), key, static (facts, _, path) => facts.KeyExists(path));

    /// <inheritdoc/>
    public Fact<RegistryValue> ReadValue(RegistryPath key, string name)
        => Read(Of(FactKind.ReadValue, key) with { Part = name }, key, static (facts, fact, path) => facts.ReadValue(path, fact.Part!));

    /// <inheritdoc/>
    public Fact<IReadOnlyList<string>> ListSubkeys(RegistryPath key)
        => Read(Of(FactKind.ListSubkeys, key), key, static (facts, _, path) => facts.ListSubkeys(path));

    /// <inheritdoc/>
    public Fact<FileFacts> FindFile(string path)
        => Read(new FactKey(FactKind.FindFile, Name: path), path, static (facts, _, name) => facts.FindFile(name));

    /// <inheritdoc/>
    public Fact<string> FindFolder(int csidl)
        => Read(new FactKey(FactKind.FindFolder, Number: csidl), csidl, static (facts, _, number) => facts.FindFolder(number));

    /// <inheritdoc/>
    public Fact<string> Expand(string text)
        => Read(new FactKey(FactKind.Expand, Name: text), text, static (facts, _, name) => facts.Expand(name));

    /// <inheritdoc/>
    public Fact<int> ReadSystemMetric(int index)
        => Read(new FactKey(FactKind.ReadSystemMetric, Number: index), index, static (facts, _, number) => facts.ReadSystemMetric(number));

    /// <inheritdoc/>
    public Fact<bool> OwnsClusterResource(string name)
        => Read(new FactKey(FactKind.OwnsClusterResource, Name: name), name, static (facts, _, resource) => facts.OwnsClusterResource(resource));

    /// <inheritdoc/>
    public Fact<uint> ReadLicense(string value)
        => Read(new FactKey(FactKind.ReadLicense, Name: value), value, static (facts, _, name) => facts.ReadLicense(name));

    /// <inheritdoc/>
    public Fact<bool> HasWmiResults(string @namespace, string query)
        => Read(new FactKey(FactKind.HasWmiResults, Name: @namespace, Part: query), query, static (facts, fact, text) => facts.HasWmiResults(fact.Name!, text));

    /// <inheritdoc/>
    public Fact<bool> WasInstalled(Guid updateId)
        => Read(new FactKey(FactKind.WasInstalled, Id: updateId), updateId, static (facts, _, id) => facts.WasInstalled(id));

    /// <inheritdoc/>
    public Fact<string> ReadGeneric(string @namespace, string type, string parameter)
        => Read(
            new FactKey(FactKind.ReadGeneric, Number: type.Length, Name: @namespace, Part: type + parameter), (@namespace, type, parameter),
            static (facts, _, query) => facts.ReadGeneric(query.@namespace, query.type, query.parameter));

    /// <inheritdoc/>
    public Fact<string> ReadDeviceAttribute(string name)
        => Read(new FactKey(FactKind.ReadDeviceAttribute, Name: name), name, static (facts, _, attribute) => facts.ReadDeviceAttribute(attribute));

    /// <inheritdoc/>
    public Fact<FourPartVersion> FindProductRelease(string name)
        => Read(new FactKey(FactKind.FindProductRelease, Name: name), name, static (facts, _, product) => facts.FindProductRelease(product));

    /// <inheritdoc/>
    public Fact<MsiProductFacts> FindMsiProduct(Guid productCode)
        => Read(new FactKey(FactKind.FindMsiProduct, Id: productCode), productCode, static (facts, _, code) => facts.FindMsiProduct(code));

    /// <inheritdoc/>
    public Fact<CbsPackageState> FindCbsPackage(string identity)
        => Read(new FactKey(FactKind.FindCbsPackage, Name: identity), identity, static (facts, _, package) => facts.FindCbsPackage(package));

    private static FactKey Of(FactKind kind, RegistryPath path) => new(kind, Number: path.Is32Bit ? 1 : 0, Name: path.FullName);

    private Fact<T> Read<T, TSubject>(FactKey key, TSubject subject, Func<IFacts, FactKey, TSubject, Fact<T>> read)
    {
        if (!_facts.TryGetValue(key, out var known)) _facts[key] = known = new RecordedFact<T, TSubject>(key, subject, read, read(_source, key, subject));
        if (known.Reader != _reader)
        {
            known.Reader = _reader;
            _reads.Add(known);
        }

        return ((RecordedFact<T, TSubject>)known).Value;
    }
}
