using FsCheck;
using FsCheck.Fluent;
using Hierarchy.Domain.View;
using Xunit;

namespace Hierarchy.Tests.View;

/// <summary>The map of many entries against a plain dictionary that is copied at each step.</summary>
public sealed class LayeredDictionaryTests
{
    [Fact]
    public void Map_AnyChanges_IsWhatADictionaryWouldBe_AndEarlierMapsStay()
    {
        var step = ArbMap.Default.GeneratorFor<int>().Select(number => (Key: Math.Abs(number % 40), Value: number, What: Math.Abs(number / 40 % 24)));
        Prop.ForAll(
            step.ListOf().ToArbitrary(),
            steps =>
            {
                var (map, model) = (new LayeredDictionary<int, int>(), new Dictionary<int, int>());
                var (builder, history) = (map.ToBuilder(), new List<(LayeredDictionary<int, int> Map, Dictionary<int, int> Model)>());
                foreach (var (key, value, what) in steps)
                {
                    switch (what)
                    {
                        case 0:
                            if (builder.Remove(key) != model.Remove(key)) return false;
                            break;
                        case 1:
                            map = builder.ToImmutable();
                            history.Add((map, new Dictionary<int, int>(model)));
                            break;
                        case 2:
                            map = builder.ToImmutable();
                            builder = map.ToBuilder();
                            break;
                        case 3:
                            builder.Clear();
                            model.Clear();
                            break;
                        case 4:
                            if (!builder.Values.Order().SequenceEqual(model.Values.Order())) return false;
                            break;
                        case < 9:
                            if (builder.Remove(key) != model.Remove(key)) return false;
                            break;
                        default:
                            (builder[key], model[key]) = (value, value);
                            break;
                    }

                    if (builder.ContainsKey(key) != model.ContainsKey(key) || builder.GetValueOrDefault(key) != model.GetValueOrDefault(key)) return false;
                }

                history.Add((builder.ToImmutable(), model));
                return history.TrueForAll(each => AreEqual(each.Map, each.Model));
            }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public void Builder_ManyChangesOverALargeMap_StaysRightWhenItIsMadeAnew()
    {
        var first = new LayeredDictionary<int, string>().ToBuilder();
        for (var i = 0; i < 4000; i++) first[i] = $"first {i}";
        var before = first.ToImmutable();
        var next = before.ToBuilder();

        for (var i = 0; i < 3000; i += 2) next[i] = $"next {i}";
        for (var i = 1; i < 3000; i += 2) next.Remove(i);
        next[9999] = "new";
        var after = next.ToImmutable();
        next[9999] = "newer";

        Assert.Equal((4000, "first 0", "first 1"), (before.Count, before[0], before[1]));
        Assert.Equal((2501, "next 0", "first 3001", "new"), (after.Count, after[0], after[3001], after[9999]));
        Assert.False(after.ContainsKey(1));
        Assert.Equal(2501, after.Keys.Distinct().Count());
        Assert.Throws<KeyNotFoundException>(() => after[1]);
    }

    private static bool AreEqual(LayeredDictionary<int, int> map, Dictionary<int, int> model) =>
        map.Count == model.Count && map.OrderBy(pair => pair.Key).SequenceEqual(model.OrderBy(pair => pair.Key))
        && Enumerable.Range(0, 40).All(key => map.TryGetValue(key, out var value) == model.TryGetValue(key, out var expected) && value == expected);
}
