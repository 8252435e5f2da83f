using Hierarchy.Domain.Applicability;
using Hierarchy.Domain.Applicability.Facts;
using Hierarchy.Domain.Applicability.Incremental;
using Hierarchy.Domain.Catalog;
using Hierarchy.Domain.Reports;
using Xunit;

namespace Hierarchy.Tests.Applicability;

public sealed class ApplicabilityEngineTests
{
    private static readonly RuleModel V0 = new(0, IsFirstNegated: false, 0);
    private static readonly RuleModel V1 = new(1, IsFirstNegated: false, 1);

    [Fact]
    public void Evaluate_OneFactChanged_DecidesItsReadersAndWhatHangsOnAChangedState()
    {
        var detectoid = Model(1, installed: V0, type: UpdateType.Detectoid);
        var update = Model(2, installed: V1, prerequisites: [[1]]);
        var second = Model(3, installed: V1, prerequisites: [[2]]);
        var other = Model(4, installed: V1);
        var catalog = Revisions(detectoid, update, second, other);
        var engine = new ApplicabilityEngine();

        engine.Evaluate(catalog, CatalogModel.ToFacts([1, 1, 0, 0]));
        Assert.Equal(4, engine.LastEvaluated);

        // The detectoid, the update that has its prerequisite now, and no more: that update's own state is another, and so the second one is asked too.
        engine.Evaluate(catalog, CatalogModel.ToFacts([2, 1, 0, 0]));
        Assert.Equal(3, engine.LastEvaluated);

        // V2 is read by nobody.
        var results = engine.Evaluate(catalog, CatalogModel.ToFacts([2, 1, 2, 0]));
        Assert.Equal(0, engine.LastEvaluated);

        // The value does not exist instead of being 0: its readers are asked, no state changes, and the detectoid's dependants are left alone.
        Assert.NotSame(results, engine.Evaluate(catalog, CatalogModel.ToFacts([0, 1, 2, 0])));
        engine.Evaluate(catalog, CatalogModel.ToFacts([1, 1, 2, 0]));
        Assert.Equal(1, engine.LastEvaluated);
    }

    [Fact]
    public void Evaluate_NewDocument_DecidesItAndWhatNamesIt()
    {
        var named = Model(2, installed: V1, prerequisites: [[1]]);
        UpdateRevision[] catalog = [.. Revisions(named, Model(3, installed: V0), Model(4, installed: V0))];
        var engine = new ApplicabilityEngine();
        var facts = CatalogModel.ToFacts([2, 1, 0, 0]);

        Assert.Contains("not in the catalog", engine.Evaluate(catalog, facts)[catalog[0].Id].Reason, StringComparison.Ordinal);
        var detectoid = Model(1, installed: V0, type: UpdateType.Detectoid).ToRevision();
        Assert.Equal(UpdateState.NotInstalled, engine.Evaluate([.. catalog, detectoid], facts)[catalog[0].Id].State);
        Assert.Equal(2, engine.LastEvaluated);

        // A later revision takes its place as a prerequisite; then it is withdrawn again.
        var later = Model(1, number: 2, installed: V1, type: UpdateType.Detectoid).ToRevision();
        Assert.Equal(UpdateState.NotApplicable, engine.Evaluate([.. catalog, detectoid, later], facts)[catalog[0].Id].State);
        Assert.Equal(2, engine.LastEvaluated);
        var results = engine.Evaluate([.. catalog, detectoid], facts);
        Assert.Equal(UpdateState.NotInstalled, results[catalog[0].Id].State);
        Assert.Equal(1, engine.LastEvaluated);
        Assert.DoesNotContain(later.Id, results);
    }

    [Fact]
    public void Evaluate_FactsThatThrow_BeginsFromNothingTheNextTime()
    {
        var catalog = Revisions(Model(1, installed: V0), Model(2, installed: V1));
        var engine = new ApplicabilityEngine();
        engine.Evaluate(catalog, CatalogModel.ToFacts([1, 1, 0, 0]));

        // The disk fails after one of the two facts was read anew.
        var failing = new FailingFacts(CatalogModel.ToFacts([2, 2, 0, 0]), allowed: 1);
        Assert.Throws<IOException>(() => engine.Evaluate(catalog, failing));

        var results = engine.Evaluate(catalog, CatalogModel.ToFacts([2, 2, 0, 0]));
        Assert.Equal(2, engine.LastEvaluated);
        Assert.All(results.Values, result => Assert.Equal(UpdateState.Installed, result.State));
    }

    [Fact]
    public void Facts_ThatNobodyReadsAnyMore_AreForgotten()
    {
        var engine = new ApplicabilityEngine();
        var facts = CatalogModel.ToFacts([1, 1, 0, 0]);
        var catalog = Revisions(Model(1, installed: V0), Model(2, installed: V1));

        engine.Evaluate(catalog, facts);
        Assert.Equal(2, engine.FactCount);
        engine.Evaluate(catalog[..1], facts);
        Assert.Equal(1, engine.FactCount);
        engine.Evaluate([], facts);
        Assert.Equal(0, engine.FactCount);
    }

    [Fact]
    public void Evaluate_ManyReaders_AsksForAFactOnce()
    {
        var catalog = Enumerable.Range(1, 50).Select(update => Model(update, installed: V0).ToRevision()).ToArray();
        var facts = new FailingFacts(CatalogModel.ToFacts([1, 0, 0, 0]), allowed: 2);
        var engine = new ApplicabilityEngine();

        engine.Evaluate(catalog, facts);
        engine.Evaluate(catalog, facts);
        Assert.Throws<IOException>(() => engine.Evaluate(catalog, facts));
    }

    // A circle of three: what something outside decides is decided, from wherever one begins.
    [Fact]
    public void Circle_WithAWayOut_IsDecidedWhateverTheOrder()
    {
        var detectoid = Model(1, installed: V0, type: UpdateType.Detectoid);
        var either = Model(2, installed: V0, prerequisites: [[3, 1]]);
        var through = Model(3, installed: V0, prerequisites: [[2]]);
        var lost = Model(4, installed: V0, prerequisites: [[5]]);
        var loser = Model(5, installed: V0, prerequisites: [[4], [2]]);
        var catalog = Revisions(detectoid, either, through, lost, loser);
        var facts = CatalogModel.ToFacts([2, 0, 0, 0]);

        foreach (var order in (UpdateRevision[][])[catalog, [.. catalog.Reverse()], [catalog[2], catalog[4], catalog[0], catalog[1], catalog[3]]])
        {
            var results = ApplicabilityEvaluator.Evaluate(order, facts);
            Assert.Equal(UpdateState.Installed, results[catalog[1].Id].State);
            Assert.Equal(UpdateState.Installed, results[catalog[2].Id].State);
            Assert.Equal(UpdateState.NotApplicable, results[catalog[3].Id].State);
            Assert.Contains("itself", results[catalog[4].Id].Reason, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Chain_OfAHundredThousandThatAreNotInstalled_SaysOnlyTheNextCause()
    {
        var chain = Enumerable.Range(1, 100_000).Select(number => Model(number, installed: number == 1 ? V1 : V0, prerequisites: number == 1 ? [] : [[number - 1]])).ToArray();

        var results = ApplicabilityEvaluator.Evaluate(Revisions(chain), CatalogModel.ToFacts([2, 1, 0, 0]));

        Assert.All(results.Values, result => Assert.True(result.Reason.Length < 300));
        Assert.Equal(UpdateState.NotApplicable, results[RevisionModel.Id(100_000, 1)].State);
    }

    // What is not recorded would not be noticed when it changes.
    [Fact]
    public void Recorder_OfEveryFact_IsAsked()
    {
        var map = typeof(FactRecorder).GetInterfaceMap(typeof(IFacts));

        Assert.Equal(Enum.GetValues<FactKind>().Length, map.InterfaceMethods.Length);
        foreach (var target in map.TargetMethods) Assert.Equal(typeof(FactRecorder), target.DeclaringType);
    }

    [Fact]
    public void Facts_ReadFromTheSameFileAgain_AreTheSame()
    {
        const string Everything = """
            { "os": { "major": 10, "muiLanguages": ["de-DE"] }, "cluster": true, "registry": { "HKLM\\SOFTWARE\\X\\Y": { "A": 1 } },
              "files": { "C:\\a": { "size": 1, "version": "1.0" } }, "environment": { "E": "x" }, "installedOnce": [],
              "msi": { "{3c4a397d-22b2-4ab0-849f-f5e12672caca}": { "version": "1.0", "features": ["A"], "components": ["{3c4a397d-22b2-4ab0-849f-f5e12672cacb}"],
                       "patches": { "{3c4a397d-22b2-4ab0-849f-f5e12672cacc}": { "families": { "F": "1.0" }, "obsoletes": ["{3c4a397d-22b2-4ab0-849f-f5e12672cacd}"] } } } },
              "devices": [ { "hardwareIds": ["PCI\\A"], "driver": { "hardwareId": "PCI\\A", "provider": "P", "date": "2026-01-01", "version": "1.0" } } ] }
            """;
        var recorder = new FactRecorder();
        var product = new Guid("3c4a397d-22b2-4ab0-849f-f5e12672caca");
        recorder.Refresh(RuleCases.Facts(Everything));
        ReadAll();

        Assert.False(recorder.Refresh(RuleCases.Facts(Everything)));
        foreach (var (was, becomes) in (ReadOnlySpan<(string, string)>)[
            ("de-DE", "fr-FR"), ("true", "false"), (@"\\Y", @"\\Z"), ("\"size\": 1", "\"size\": 2"), ("\"A\": 1", "\"A\": 2"), ("\"x\"", "\"y\""), ("[\"A\"]", "[\"B\"]"),
            ("cacb}", "cace}"), ("\"F\": \"1.0\"", "\"F\": \"1.1\""), ("cacd}", "cace}"), ("2026-01-01", "2026-01-02"), ("{ \"hardwareIds\"", "{ \"hardwareIds\": [\"X\"] }, { \"hardwareIds\"")])
        {
            Assert.True(recorder.Refresh(RuleCases.Facts(Everything.Replace(was, becomes, StringComparison.Ordinal))), was);
            Assert.True(recorder.Refresh(RuleCases.Facts(Everything)), was);
        }

        void ReadAll()
        {
            var key = new RegistryPath("HKLM", @"SOFTWARE\X", is32Bit: false);
            Assert.True(recorder.OperatingSystem.IsKnown(out _) && recorder.IsClustered.Value && recorder.Devices.IsKnown(out _));
            Assert.True(recorder.KeyExists(key.Below("Y", is32Bit: false)).Value);
            Assert.True(recorder.ReadValue(key.Below("Y", is32Bit: false), "A").IsKnown(out _) && recorder.ListSubkeys(key).IsKnown(out _));
            Assert.True(recorder.FindFile(@"C:\a").IsKnown(out _) && recorder.Expand("%E%").IsKnown(out _) && recorder.FindMsiProduct(product).IsKnown(out _));
        }
    }

    private static RevisionModel Model(int update, int number = 1, RuleModel? installed = null, UpdateType type = UpdateType.Software, int[][]? prerequisites = null)
        => new(update, number, type, prerequisites ?? [], [], installed, Superseded: null, Installable: null);

    private static UpdateRevision[] Revisions(params RevisionModel[] models) => [.. models.Select(model => model.ToRevision())];

    /// <summary>A registry that can be read so many times.</summary>
    private sealed class FailingFacts(IFacts facts, int allowed) : IFacts
    {
        private int _reads;

        public Fact<OperatingSystemFacts> OperatingSystem => facts.OperatingSystem;

        public Fact<bool> KeyExists(RegistryPath key) => facts.KeyExists(key);

        public Fact<RegistryValue> ReadValue(RegistryPath key, string name) => _reads++ < allowed ? facts.ReadValue(key, name) : throw new IOException("The disk is gone.");

        public Fact<IReadOnlyList<string>> ListSubkeys(RegistryPath key) => facts.ListSubkeys(key);

        public Fact<FileFacts> FindFile(string path) => facts.FindFile(path);

        public Fact<string> FindFolder(int csidl) => facts.FindFolder(csidl);
    }
}
