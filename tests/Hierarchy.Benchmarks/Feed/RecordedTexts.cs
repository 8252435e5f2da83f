using System.Text.RegularExpressions;
using Hierarchy.Testing.Generation;

namespace Hierarchy.Benchmarks.Feed;

/// <summary>
/// Documents derived from recorded ones, read where they lie: each is one of them under another identity, with most of its other ids, its digests and its long numbers replaced, so that what repeats
/// in Microsoft's own texts repeats, and what does not, does not.
/// </summary>
internal sealed partial class RecordedTexts
{
    private const int Seed = 3;
    private const int KnownIds = 2000;
    private readonly string[] _texts;
    private readonly Guid[] _known;

    private RecordedTexts(string[] texts)
    {
        _texts = texts;
        var random = new Random(Seed);
        _known = Enumerable.Range(0, KnownIds).Select(_ => NewId(random)).ToArray();
    }

    /// <summary>The documents of the folder beside the repository; null where it is absent.</summary>
    public static RecordedTexts? Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var recorded = Path.Combine(folder.FullName, "..", "shared", "fixtures", "updates");
            if (!File.Exists(Path.Combine(folder.FullName, "Hierarchy.sln")) || !Directory.Exists(recorded)) continue;
            var texts = DocumentFolder.Read(recorded).Select(document => document.Xml).ToArray();
            return texts.Length > 0 ? new RecordedTexts(texts) : null;
        }

        return null;
    }

    /// <summary>The document of that number.</summary>
    public string Derive(int number)
    {
        var random = new Random(HashCode.Combine(Seed, number));
        var own = NewId(random);
        var text = _texts[number % _texts.Length];
        var first = Ids().Match(text).Value;
        text = Ids().Replace(text, id => id.Value == first ? own.ToString() : (random.Next(2) == 0 ? _known[random.Next(KnownIds)] : NewId(random)).ToString());
        text = Digests().Replace(text, digest => $"=\"{Convert.ToBase64String(Bytes(random, digest.Length > 40 ? 32 : 20))}\"");
        return Numbers().Replace(text, digits => string.Concat(digits.Value.Select((digit, i) => i == 0 ? digit : (char)('0' + random.Next(10)))));
    }

    private static Guid NewId(Random random) => new(Bytes(random, 16));

    private static byte[] Bytes(Random random, int count)
    {
        var bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }

    [GeneratedRegex("[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}")]
    private static partial Regex Ids();

    [GeneratedRegex("=\"(?:[A-Za-z0-9+/]{27}|[A-Za-z0-9+/]{43})=\"")]
    private static partial Regex Digests();

    [GeneratedRegex("(?<=[\" ])[1-9][0-9]{5,8}(?=[\" ])")]
    private static partial Regex Numbers();
}
