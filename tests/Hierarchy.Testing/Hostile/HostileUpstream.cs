using System.Buffers.Binary;
using System.Diagnostics;
using System.IO.Compression;
using System.Net;
using System.Text;
using Hierarchy.Domain;
using Hierarchy.Domain.Catalog;
using Hierarchy.Testing.Cabinets;
using Hierarchy.WindowsUpdate.Cabinets;
using Hierarchy.WindowsUpdate.Soap;
using Hierarchy.WindowsUpdate.Upstream;
using Hierarchy.WindowsUpdate.Xpress;

namespace Hierarchy.Testing.Hostile;

/// <summary>
/// Gives what an upstream should not send to whatever reads it, each case from a seed: cabinets, Xpress bodies, answers, documents. A case ends in an understanding or in a declared exception, soon, and
/// within bounded memory; anything else is an <see cref="InvalidOperationException"/> that names the seed. One instance serves one thread.
/// </summary>
public sealed class HostileUpstream : IDisposable
{
    private const int Limit = 4 * 1024 * 1024;
    private const int MaxText = 24_000;
    private const int CabinetBlockLength = 32 * 1024;
    private const long MaxAllocated = 400_000_000;
    private const int HeaderOfFirstBlock = 0x41;
    private const ushort Mszip = 1;

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);
    private static readonly CabinetLimits CabinetLimits = CabinetLimits.Default with { MaxOutput = Limit };
    private static readonly Uri Address = new("http://upstream.example/");

    private readonly IReadOnlyList<string> _documents;
    private readonly List<byte[]> _cabinets = [];
    private readonly List<byte[]> _bodies = [];
    private readonly List<(byte[] Data, int Length)> _deflated = [];
    private readonly AnswerHandler _handler = new();
    private readonly HttpClient _http;
    private readonly SoapClient _soap;

    public HostileUpstream(IReadOnlyList<string> documents)
    {
        _documents = [.. documents.Where(document => document.Length <= MaxText)];
        var random = new Random(1);
        var xpress = new XpressEncoder();
        for (var windowBits = 15; windowBits <= 21; windowBits++)
        {
            foreach (var kind in Enum.GetValues<LzxBlockType>())
            {
                var text = Encoding.Unicode.GetBytes(_documents[random.Next(_documents.Count)]);
                _cabinets.Add(new CabinetWriter(new LzxEncoder(windowBits, kind)).Write(text));
                _bodies.Add(xpress.Encode(text));
                var deflated = new MemoryStream();
                deflated.Write("CK"u8);
                var length = Math.Min(text.Length, CabinetBlockLength);
                using (var stream = new DeflateStream(deflated, CompressionLevel.Optimal, leaveOpen: true)) stream.Write(text.AsSpan(0, length));
                _deflated.Add((deflated.ToArray(), length));
            }
        }

        _http = new HttpClient(_handler);
        _soap = new SoapClient(_http, new UpstreamOptions(), TimeProvider.System);
    }

    /// <summary>Plays one case and says what it was and whether it was refused.</summary>
    public (string Kind, bool IsRefused) Play(int seed)
    {
        var random = new Random(seed);
        var (kind, play) = Choose(random);
        var allocated = GC.GetAllocatedBytesForCurrentThread();
        var start = Stopwatch.GetTimestamp();
        var isRefused = false;
        try
        {
            play();
        }
        catch (Exception problem) when (problem is IntegrityException or UnavailableException or UpstreamFaultException)
        {
            if (string.IsNullOrWhiteSpace(problem.Message)) throw new InvalidOperationException($"Seed {seed} ({kind}) is refused without a reason.", problem);
            isRefused = true;
        }
        catch (Exception problem)
        {
            throw new InvalidOperationException($"Seed {seed} ({kind}) ended in {problem.GetType().Name}: {problem.Message}", problem);
        }

        var took = Stopwatch.GetElapsedTime(start);
        if (took > Patience) throw new InvalidOperationException($"Seed {seed} ({kind}) took {took.TotalSeconds:N1} s.");
        allocated = GC.GetAllocatedBytesForCurrentThread() - allocated;
        if (allocated > MaxAllocated) throw new InvalidOperationException($"Seed {seed} ({kind}) took {allocated:N0} bytes.");
        return (kind, isRefused);
    }

    public void Dispose()
    {
        _http.Dispose();
        _handler.Dispose();
    }

    private (string Kind, Action Play) Choose(Random random)
    {
        switch (random.Next(10))
        {
            case 0:
                var cabinet = HostileBytes.Damage(Pick(_cabinets, random), random);
                return ("cabinet", () => CabinetReader.ReadMember(cabinet, "blob", CabinetLimits));
            case 1:
                // Behind a sound header and without a checksum, so that the damage reaches the decoder.
                var stream = HostileBytes.Damage(Pick(_cabinets, random), random, HeaderOfFirstBlock + 8);
                stream.AsSpan(HeaderOfFirstBlock, 4).Clear();
                BinaryPrimitives.WriteInt32LittleEndian(stream.AsSpan(8), stream.Length);
                return ("LZX stream", () => CabinetReader.ReadText(stream, "blob", CabinetLimits));
            case 2:
                var (deflated, length) = _deflated[random.Next(_deflated.Count)];
                var mszip = Container(Mszip, HostileBytes.Damage(deflated, random), random.Next(4) == 0 ? random.Next(1, CabinetBlockLength + 1) : length);
                return ("MSZIP stream", () => CabinetReader.ReadMember(mszip, "blob", CabinetLimits));
            case 3:
                var noise = new byte[random.Next(1, 3_000)];
                random.NextBytes(noise);
                var container = Container((ushort)(3 | (random.Next(15, 22) << 8)), noise, random.Next(1, CabinetBlockLength + 1));
                return ("LZX of noise", () => CabinetReader.ReadMember(container, "blob", CabinetLimits));
            case 4:
                var body = HostileBytes.Damage(Pick(_bodies, random), random);
                return ("Xpress body", () => XpressDecoder.Decode(body, Limit));
            case 5:
            case 6:
                return Answer(random);
            case 7:
                var packed = new CabinetWriter(new LzxEncoder(15, LzxBlockType.Uncompressed)).Write(HostileTexts.ToUtf16(HostileTexts.Damage(Pick(_documents, random), random), random));
                return ("document in a cabinet", () => UpdateDocument.Read(CabinetReader.ReadText(packed, "blob", CabinetLimits)));
            case 8 when random.Next(20) == 0:
                var shape = HostileTexts.Shape(Pick(_documents, random), "upd:Update", random);
                return ("document of hostile shape", () => UpdateDocument.Read(shape));
            default:
                var document = HostileTexts.Damage(Pick(_documents, random), random);
                return ("document", () => UpdateDocument.Read(document));
        }
    }

    private (string Kind, Action Play) Answer(Random random)
    {
        var (operation, xml, read) = AnswerSeeds.All[random.Next(AnswerSeeds.All.Length)];
        var text = random.Next(40) == 0 ? HostileTexts.Shape(xml, "soap:Envelope", random) : HostileTexts.Damage(xml, random);
        var bytes = random.Next(4) == 0 ? HostileBytes.Damage(Encoding.UTF8.GetBytes(text), random) : Encoding.UTF8.GetBytes(text);
        var status = random.Next(4) == 0 ? HttpStatusCode.InternalServerError : HttpStatusCode.OK;
        return ($"answer of {operation}", () =>
        {
            _handler.Prepare(status, bytes);
            _soap.CallAsync(Address, "urn:test", operation, [], read, fault => new UpstreamFaultException(UpstreamFault.From(operation, fault)), CancellationToken.None).GetAwaiter().GetResult();
        });
    }

    /// <summary>A cabinet of one folder with one block and one member.</summary>
    private static byte[] Container(ushort method, ReadOnlySpan<byte> data, int length)
    {
        var cabinet = new byte[HeaderOfFirstBlock + 8 + data.Length];
        "MSCF"u8.CopyTo(cabinet);
        BinaryPrimitives.WriteInt32LittleEndian(cabinet.AsSpan(8), cabinet.Length);
        BinaryPrimitives.WriteInt32LittleEndian(cabinet.AsSpan(16), 44);
        (cabinet[24], cabinet[25], cabinet[26], cabinet[28]) = (3, 1, 1, 1);
        BinaryPrimitives.WriteInt32LittleEndian(cabinet.AsSpan(36), HeaderOfFirstBlock);
        cabinet[40] = 1;
        BinaryPrimitives.WriteUInt16LittleEndian(cabinet.AsSpan(42), method);
        BinaryPrimitives.WriteInt32LittleEndian(cabinet.AsSpan(44), length);
        "blob"u8.CopyTo(cabinet.AsSpan(60));
        BinaryPrimitives.WriteUInt16LittleEndian(cabinet.AsSpan(HeaderOfFirstBlock + 4), (ushort)data.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(cabinet.AsSpan(HeaderOfFirstBlock + 6), (ushort)length);
        data.CopyTo(cabinet.AsSpan(HeaderOfFirstBlock + 8));
        return cabinet;
    }

    private static T Pick<T>(IReadOnlyList<T> from, Random random) => from[random.Next(from.Count)];

    /// <summary>Answers every request with the bytes prepared.</summary>
    private sealed class AnswerHandler : HttpMessageHandler
    {
        private HttpStatusCode _status;
        private byte[] _body = [];

        public void Prepare(HttpStatusCode status, byte[] body) => (_status, _body) = (status, body);

        protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
            Task.FromResult(new HttpResponseMessage(_status) { Content = new ByteArrayContent(_body), RequestMessage = request });
    }
}
