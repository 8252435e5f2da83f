using System.Globalization;
using System.Security.Cryptography;
using Hierarchy.Content.Store;
using Hierarchy.Testing.Files;
using Hierarchy.Testing.Tree;

namespace Hierarchy.Testing.Chaos;

/// <summary>
/// A server that fetches files and is killed (kill -9) at moments that the seed chooses, and started again. After each blow: nothing stands under a final name that is not what the name says. Of each file
/// that goes on: the first byte that is asked for is the one behind the last verified piece, and of what is stored nothing is asked for again. At the end: all is there, and the counts are those of the bytes.
/// </summary>
public sealed class ContentChaos(int kills)
{
    private const int FilesARound = 8;
    private const int KillsARound = 10;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    /// <summary>Blows that were dealt.</summary>
    public int Kills { get; private set; }

    /// <summary>Blows that hit at least one transfer in its middle.</summary>
    public int InTheMiddle { get; private set; }

    /// <summary>Bytes of verified pieces that were there after a blow, and so not fetched again.</summary>
    public long BytesKept { get; private set; }

    /// <summary>Plays until all blows are dealt; throws at the first thing that is wrong.</summary>
    public async Task PlayAsync(int seed, CancellationToken cancellationToken)
    {
        var random = new Random(seed);
        for (var round = 0; Kills < kills; round++) await PlayRoundAsync(random, seed * 1000 + round * FilesARound, Math.Min(KillsARound, kills - Kills), cancellationToken);
    }

    private async Task PlayRoundAsync(Random random, int firstSeed, int blows, CancellationToken cancellationToken)
    {
        using var folder = new TemporaryFolder();
        await using var parent = await GeneratedParent.StartAsync(TimeSpan.FromMilliseconds(2), cancellationToken);
        var files = Enumerable.Range(firstSeed, FilesARound).Select(number => GeneratedFile.Create(number, random.Next(1, 24 << 20))).ToArray();
        foreach (var file in files) parent.Serve(file);
        var list = folder["files.txt"];
        await File.WriteAllLinesAsync(list, files.Select(file => file.ToLine()), cancellationToken);
        var store = folder["content"];
        string[] arguments = ["content-node", "--folder", store, "--parent", parent.Url.AbsoluteUri, "--files", list];

        var expected = files.ToDictionary(file => file, _ => 0L);
        for (var blow = 0; blow < blows; blow++)
        {
            parent.Asked.Clear();
            await using (var node = ProcessUnderTest.Start("Hierarchy.Testing", arguments))
            {
                await node.WaitForLineAsync(line => line.StartsWith(ContentNode.Ready, StringComparison.Ordinal), Patience, cancellationToken);
                // A blow before the first question would hit nothing; a server that has all asks none.
                if (files.Any(file => !IsStored(store, file))) await Until.TrueAsync("the parent to be asked", Patience, _ => Task.FromResult(!parent.Asked.IsEmpty), cancellationToken);
                await Task.Delay(random.Next(1, 600), cancellationToken);
                await node.KillAsync(cancellationToken);
            }

            Kills++;
            CheckAsked(parent, expected);
            var isInTheMiddle = false;
            foreach (var file in files)
            {
                expected[file] = await StandingAsync(store, file, cancellationToken);
                isInTheMiddle |= expected[file] > 0 && expected[file] < file.File.Size;
                BytesKept += expected[file];
            }

            if (isInTheMiddle) InTheMiddle++;
        }

        parent.Asked.Clear();
        await using var last = ProcessUnderTest.Start("Hierarchy.Testing", arguments);
        var ready = await last.WaitForLineAsync(line => line.StartsWith(ContentNode.Ready, StringComparison.Ordinal), Patience, cancellationToken);
        using var http = new HttpClient { BaseAddress = new Uri(ready[ContentNode.Ready.Length..]) };
        var left = files.Where(file => expected[file] < file.File.Size || !IsStored(store, file)).ToArray();
        var counts = "";
        await Until.TrueAsync("all files to be stored", Patience, async token =>
        {
            counts = await http.GetStringAsync("/counts", token);
            return counts.Split(' ')[1] == left.Length.ToString(CultureInfo.InvariantCulture);
        }, cancellationToken);
        CheckAsked(parent, expected);
        foreach (var file in files)
            if (await StandingAsync(store, file, cancellationToken) != file.File.Size || !IsStored(store, file)) throw new ChaosException($"{file.File} is not stored at the end.");
        var fetched = left.Sum(file => file.File.Size - expected[file]);
        if (counts != string.Create(CultureInfo.InvariantCulture, $"{fetched} {left.Length} 0")) throw new ChaosException($"The last server counts {counts}, and it has fetched {fetched} bytes of {left.Length} files.");
        if (Directory.EnumerateFiles(Path.Combine(store, "partial")).Any()) throw new ChaosException("Something was left over in `partial` at the end.");
    }

    /// <summary>Each file was asked for from where it stood, or not at all; a second question within one life of the server would fetch something again.</summary>
    private static void CheckAsked(GeneratedParent parent, Dictionary<GeneratedFile, long> expected)
    {
        var seen = new HashSet<GeneratedFile>();
        foreach (var (file, from) in parent.Asked)
        {
            if (!seen.Add(file)) throw new ChaosException($"{file.File} was asked for twice.");
            if (from != expected[file]) throw new ChaosException($"{file.File} was asked for from byte {from} on; {expected[file]} bytes of it were verified before.");
        }
    }

    /// <summary>How many bytes of a file are here and verified; throws when something stands under its final name that it is not.</summary>
    private static async Task<long> StandingAsync(string store, GeneratedFile file, CancellationToken cancellationToken)
    {
        if (IsStored(store, file))
        {
            await using var stream = File.OpenRead(PathOf(store, file));
            if (Convert.ToHexStringLower(await SHA256.HashDataAsync(stream, cancellationToken)) != file.File.Sha256.ToString()) throw new ChaosException($"{PathOf(store, file)} is not what its name says.");
            return file.File.Size;
        }

        var partial = Path.Combine(store, "partial", $"{file.File.Sha1}.partial");
        if (!File.Exists(partial) || !File.Exists($"{partial}.pieces")) return 0;
        var pieces = Math.Min(new FileInfo($"{partial}.pieces").Length / SHA256.HashSizeInBytes, new FileInfo(partial).Length / PieceJournal.PieceLength);
        var bytes = GeneratedFile.BytesOf(file.Seed, (int)file.File.Size);
        var here = await File.ReadAllBytesAsync(partial, cancellationToken);
        var length = pieces * PieceJournal.PieceLength;
        // A killed process loses no write: what it journalled is there.
        if (!here.AsSpan(0, (int)length).SequenceEqual(bytes.AsSpan(0, (int)length))) throw new ChaosException($"{partial} holds other bytes than its journal says.");
        return length;
    }

    private static bool IsStored(string store, GeneratedFile file) => File.Exists(PathOf(store, file));

    private static string PathOf(string store, GeneratedFile file)
    {
        var sha256 = file.File.Sha256.ToString()!; // A generated file has one.
        return Path.Combine(store, "files", sha256[..2], $"{sha256}-{file.File.Sha1.ToString().ToLowerInvariant()}");
    }
}
