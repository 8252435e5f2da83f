using System.Globalization;
using System.Numerics;
using System.Security;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using Hierarchy.Domain.Applicability;
using Hierarchy.Domain.Applicability.Facts;
using Xunit;

namespace Hierarchy.Tests.Applicability;

/// <summary>The comparisons of the schemas against their definitions, written down once more without regard to effort.</summary>
public sealed class ComparisonPropertyTests
{
    private const string Key = """Key="HKEY_LOCAL_MACHINE" Subkey="SOFTWARE\X" """;

    private static readonly Config Repeatable = Config.QuickThrowOnFailure.WithMaxTest(500).WithReplay(20_26_11, 1_23_45);

    private static readonly Gen<string> Comparison = Gen.Elements("LessThan", "LessThanOrEqualTo", "EqualTo", "GreaterThanOrEqualTo", "GreaterThan");

    // Numbers that meet, and those at the edges.
    private static readonly Gen<uint> Number = Gen.Elements(0u, 0u, 1u, 1u, 2u, 9u, 10u, 65535u, 2147483647u, 2147483648u, 4294967295u);

    private static readonly Gen<uint[]> Parts = Gen.Choose(1, 4).SelectMany(Number.ArrayOf);

    [Fact]
    public void Versions_AnyTwo_CompareNumberByNumber()
        => Check.One(Repeatable, Prop.ForAll((from left in Parts from right in Parts from comparison in Comparison select (left, right, comparison)).ToArbitrary(), test =>
        {
            var expected = Holds(test.comparison, Compare(Padded(test.left), Padded(test.right)));
            var facts = Registry(new { V = Dotted(test.left) });

            Assert.Equal(Of(expected), Evaluate($"""<b.RegSzToVersion {Key}Value="V" Comparison="{test.comparison}" Data="{Dotted(test.right)}"/>""", facts));
            var file = RuleCases.Facts($$"""{ "files": { "C:\\f": { "version": "{{Dotted(test.left)}}" } } }""");
            Assert.Equal(Of(expected), Evaluate($"""<b.FileVersion Path="C:\f" Comparison="{test.comparison}" Version="{Dotted(test.right)}"/>""", file));
        }));

    [Fact]
    public void Dwords_AnyTwo_CompareWithoutSign()
        => Check.One(Repeatable, Prop.ForAll((from left in Number from right in Number from comparison in Comparison select (left, right, comparison)).ToArbitrary(), test =>
        {
            var expected = Of(Holds(test.comparison, BigInteger.Compare(test.left, test.right)));
            var facts = Registry(new { V = test.left });

            Assert.Equal(expected, Evaluate($"""<b.RegDword {Key}Value="V" Comparison="{test.comparison}" Data="{test.right}"/>""", facts));
            Assert.Equal(expected, Evaluate($"""<b.RegDword {Key}Value="V" Comparison="{test.comparison}" Data="{unchecked((int)test.right)}"/>""", facts));
            var licence = RuleCases.Facts($$"""{ "licenses": { "V": {{test.left}} } }""");
            Assert.Equal(expected, Evaluate($"""<b.LicenseDword Value="V" Comparison="{test.comparison}" Data="{test.right}"/>""", licence));
        }));

    [Fact]
    public void Texts_AnyTwo_CompareCharacterByCharacterWithoutCase()
    {
        // Few characters, so that one is often found in the other; among them those whose other case has another length.
        var text = Gen.Elements('a', 'A', 'b', 'ß', 'é', 'É', ' ', '\\', '%', 'İ').ArrayOf().Resize(4).Select(characters => new string(characters));
        Check.One(Repeatable, Prop.ForAll((from found in text from wanted in text select (found, wanted)).ToArbitrary(), test =>
        {
            var facts = Registry(new { V = test.found });
            var (found, wanted) = (Upper(test.found), Upper(test.wanted));
            var places = Enumerable.Range(0, Math.Max(0, found.Length - wanted.Length + 1)).Where(place => found.Skip(place).Take(wanted.Length).SequenceEqual(wanted)).ToArray();

            Assert.Equal(Of(places.Contains(0)), Text("BeginsWith"));
            Assert.Equal(Of(places.Length > 0), Text("Contains"));
            Assert.Equal(Of(places.Contains(found.Length - wanted.Length)), Text("EndsWith"));
            Assert.Equal(Of(places.Contains(0) && found.Length == wanted.Length), Text("EqualTo"));

            Truth Text(string comparison) => Evaluate($"""<b.RegSz {Key}Value="V" Comparison="{comparison}" Data="{SecurityElement.Escape(test.wanted)}"/>""", facts);
        }));

        static char[] Upper(string text) => [.. text.Select(char.ToUpperInvariant)];
    }

    [Fact]
    public void WindowsVersion_AnyOfItsAttributes_AreAsVerifyVersionInfoDefinesThem()
    {
        var small = Gen.Choose(0, 2).Select(number => (uint)number);
        var maybe = Gen.Choose(0, 2).SelectMany(which => small.Select(number => which == 0 ? (uint?)null : number));
        var cases =
            from has in small.ArrayOf(5)
            from asked in maybe.ArrayOf(5)
            from suites in Gen.Choose(0, 7)
            from mask in Gen.Choose(-2, 7)
            from all in Gen.Elements(false, true)
            from type in Gen.Choose(1, 3)
            from wantedType in Gen.Choose(-3, 3)
            from comparison in Comparison
            select (has, asked, suites, mask, all, type, wantedType, comparison);
        Check.One(Repeatable, Prop.ForAll(cases.ToArbitrary(), test =>
        {
            var facts = RuleCases.Facts($$"""
                { "os": { "major": {{test.has[0]}}, "minor": {{test.has[1]}}, "servicePackMajor": {{test.has[2]}}, "servicePackMinor": {{test.has[3]}}, "build": {{test.has[4]}},
                          "suiteMask": {{test.suites}}, "productType": {{test.type}} } }
                """);
            string[] names = ["MajorVersion", "MinorVersion", "ServicePackMajor", "ServicePackMinor", "BuildNumber"];
            var attributes = names.Select((name, index) => test.asked[index] is { } number ? $"{name}=\"{number}\"" : "").Append($"AllSuitesMustBePresent=\"{(test.all ? 1 : 0)}\"")
                .Append(test.mask >= 0 ? $"SuiteMask=\"{test.mask}\"" : "").Append(test.wantedType > 0 ? $"ProductType=\"{test.wantedType}\"" : "");

            // What is not asked for is left out; the rest is one number of several digits. The build stands beside it.
            var digits = Enumerable.Range(0, 4).Where(index => test.asked[index] is not null).ToArray();
            var expected = digits.Length == 0 || Holds(test.comparison, Compare([.. digits.Select(index => test.has[index])], [.. digits.Select(index => test.asked[index]!.Value)]));
            expected &= test.asked[4] is not { } build || Holds(test.comparison, test.has[4].CompareTo(build));
            expected &= test.wantedType <= 0 || test.wantedType == test.type;
            var bits = Enumerable.Range(0, 3).Where(bit => test.mask > 0 && (test.mask >> bit & 1) == 1).ToArray();
            expected &= bits.Length == 0 || (test.all ? bits.All(Has) : bits.Any(Has));

            Assert.Equal(Of(expected), Evaluate($"""<b.WindowsVersion Comparison="{test.comparison}" {string.Join(' ', attributes)}/>""", facts));

            bool Has(int bit) => (test.suites >> bit & 1) == 1;
        }));
    }

    [Fact]
    public void LogicalRules_AnyOperands_AreKleenes()
    {
        var truths = Enum.GetValues<Truth>();
        foreach (var a in truths)
        {
            Assert.Equal(a == Truth.Unknown ? a : Of(a == Truth.False), Evaluate($"<Not>{Constant(a)}</Not>", FactSet.Empty));
            foreach (var b in truths)
            {
                foreach (var c in truths)
                {
                    Truth[] all = [a, b, c];
                    var operands = string.Concat(all.Select(Constant));
                    Assert.Equal(all.Contains(Truth.False) ? Truth.False : all.Contains(Truth.Unknown) ? Truth.Unknown : Truth.True, Evaluate($"<And>{operands}</And>", FactSet.Empty));
                    Assert.Equal(all.Contains(Truth.True) ? Truth.True : all.Contains(Truth.Unknown) ? Truth.Unknown : Truth.False, Evaluate($"<Or>{operands}</Or>", FactSet.Empty));
                }
            }
        }
    }

    [Fact]
    public void RegKeyLoop_AnySubkeys_AsksForAnyAllOrNone()
    {
        var cases = from values in Gen.Choose(0, 3).ArrayOf().Resize(4) from logic in Gen.Elements("Any", "All", "None") select (values, logic);
        Check.One(Repeatable, Prop.ForAll(cases.ToArbitrary(), test =>
        {
            // 0: no value, 1: another, 2: the one, 3: of another type, which is unknown.
            var keys = new Dictionary<string, object> { [@"HKLM\SOFTWARE\X"] = new { } };
            for (var index = 0; index < test.values.Length; index++)
                keys[$@"HKLM\SOFTWARE\X\K{index}"] = test.values[index] switch { 0 => new { }, 1 => new { V = 1 }, 2 => new { V = 2 }, _ => (object)new { V = "2" } };
            var facts = FactSetReader.Read(JsonSerializer.SerializeToUtf8Bytes(new { registry = keys }));
            var (isTrue, isFalse, isUnknown) = (test.values.Contains(2), test.values.Any(value => value < 2), test.values.Contains(3));
            var expected = test.logic switch
            {
                "Any" => isTrue ? Truth.True : isUnknown ? Truth.Unknown : Truth.False,
                "All" => isFalse ? Truth.False : isUnknown || !isTrue ? Truth.Unknown : Truth.True,
                _ => isTrue ? Truth.False : isUnknown ? Truth.Unknown : Truth.True,
            };

            Assert.Equal(expected, Evaluate(
                $"""<b.RegKeyLoop {Key}TrueIf="{test.logic}"><b.RegDword Key="HKEY_LOOP_TARGET" Value="V" Comparison="EqualTo" Data="2"/></b.RegKeyLoop>""", facts));
        }));
    }

    [Fact]
    public void MsiBounds_AnyVersions_AreAnInterval()
    {
        var bound = Gen.Choose(-1, 3);
        var cases = from has in Gen.Choose(0, 3) from low in bound from high in bound from noLow in Gen.Elements(false, true) from noHigh in Gen.Elements(false, true) select (has, low, high, noLow, noHigh);
        Check.One(Repeatable, Prop.ForAll(cases.ToArbitrary(), test =>
        {
            var facts = RuleCases.Facts($$"""{ "msi": { "{{RuleCases.Product}}": { "version": "1.{{test.has}}" } } }""");
            var allowed = Enumerable.Range(0, 4)
                .Where(version => test.low < 0 || version > test.low || (version == test.low && !test.noLow))
                .Where(version => test.high < 0 || version < test.high || (version == test.high && !test.noHigh));
            var low = test.low < 0 ? "" : $"VersionMin=\"1.{test.low}\"";
            var high = test.high < 0 ? "" : $"VersionMax=\"1.{test.high}\"";

            Assert.Equal(Of(allowed.Contains(test.has)), Evaluate(
                $"""<m.MsiProductInstalled ProductCode="{RuleCases.Product}" {low} {high} ExcludeVersionMin="{Word(test.noLow)}" ExcludeVersionMax="{Word(test.noHigh)}"/>""", facts));
        }));

        static string Word(bool value) => value ? "true" : "false";
    }

    private static Truth Evaluate(string rule, FactSet facts) => RuleCases.Evaluate(rule, facts).Truth;

    private static FactSet Registry(object values)
        => FactSetReader.Read(JsonSerializer.SerializeToUtf8Bytes(new { registry = new Dictionary<string, object> { [@"HKLM\SOFTWARE\X"] = values } }));

    private static Truth Of(bool value) => value ? Truth.True : Truth.False;

    private static string Constant(Truth truth) => truth == Truth.Unknown ? "<Unheard/>" : $"<{truth}/>";

    private static string Dotted(uint[] parts) => string.Join('.', parts.Select(part => part.ToString(CultureInfo.InvariantCulture)));

    private static uint[] Padded(uint[] parts) => [.. parts, .. new uint[4 - parts.Length]];

    private static int Compare(uint[] left, uint[] right)
    {
        for (var index = 0; index < left.Length; index++)
        {
            if (left[index] < right[index]) return -1;
            if (left[index] > right[index]) return 1;
        }

        return 0;
    }

    private static bool Holds(string comparison, int sign)
        => (comparison.StartsWith("LessThan", StringComparison.Ordinal) && sign < 0)
            || (comparison.StartsWith("GreaterThan", StringComparison.Ordinal) && sign > 0)
            || (comparison.EndsWith("EqualTo", StringComparison.Ordinal) && sign == 0);
}
