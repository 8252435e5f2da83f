using System.Text;
using Hierarchy.Testing;
using Hierarchy.WindowsUpdate.Cabinets;
using Xunit;

namespace Hierarchy.Tests.WindowsUpdate.Cabinets;

/// <summary>Cabinets that somebody else's program makes (gcab: MSZIP and stored, several members in one folder, many blocks) are read as what they were made of.</summary>
public sealed class GcabTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task CabinetReader_CabinetOfGcab_GivesEveryMember(bool isCompressed)
    {
        await OtherProgram.RequireAsync("gcab");
        var random = new Random(11);
        var noise = new byte[100_003];
        random.NextBytes(noise);
        var members = new Dictionary<string, byte[]>
        {
            ["blob"] = Encoding.Unicode.GetBytes(string.Concat(Enumerable.Range(0, 9_000).Select(i => $"<upd:File Digest=\"{random.Next()}\" Size=\"{i}\" />"))),
            ["noise"] = noise,
            ["zeros"] = new byte[70_000],
            ["one"] = [7],
        };
        foreach (var (name, content) in members)
            await File.WriteAllBytesAsync(Path.Combine(_folder.Path, name), content, TestContext.Current.CancellationToken);
        var cabinet = Path.Combine(_folder.Path, "made.cab");
        string[] arguments = ["--create", "--nopath", .. isCompressed ? new[] { "--zip" } : [], cabinet, .. members.Keys.Select(name => Path.Combine(_folder.Path, name))];

        var (code, said) = await OtherProgram.RunAsync("gcab", arguments);

        Assert.True(code == 0, said);
        var bytes = await File.ReadAllBytesAsync(cabinet, TestContext.Current.CancellationToken);
        Assert.Equal(isCompressed, bytes.Length < members.Values.Sum(content => content.Length) / 2);
        foreach (var (name, content) in members)
            Assert.True(content.AsSpan().SequenceEqual(CabinetReader.ReadMember(bytes, name, CabinetLimits.Default)), name);
    }
}
