namespace Hierarchy.Testing.MicrosoftUpdate.Soap;

/// <summary>DownloadFiles and Ping ([MS-WSUSSS] 3.1.4.11 and 3.1.4.12). All content is at hand here, so nothing is fetched: what was asked for is counted.</summary>
internal sealed class FileOperations(UpstreamState state)
{
    private const int MaxDigests = 100;

    public void DownloadFiles(SoapRequest request, AnswerWriter answer)
    {
        SessionOperations.CheckCookie(state, request);
        var digests = request.Find("fileDigestList")?.Elements().Select(item => item.Value.Trim()).ToList();
        if (digests is null || digests.Count is 0 or > MaxDigests)
            throw new SoapFaultException(SoapFaultException.InvalidParameters, "fileDigestList");

        var known = new HashSet<string>(StringComparer.Ordinal);
        foreach (var revision in state.Library.Revisions)
            known.UnionWith(revision.Summary.Files.Select(file => Convert.ToBase64String(file.Sha1)));
        state.Counters.FilesAsked(digests.Count(known.Contains));
        if (digests.Where(digest => !known.Contains(digest)).ToList() is { Count: > 0 } missing)
            throw new SoapFaultException("FileDigestsMissing", string.Join('|', missing));
        answer.Raw("""<DownloadFilesResponse xmlns="http://www.microsoft.com/SoftwareDistribution" />"""u8);
    }

    public void Ping(AnswerWriter answer) => answer
        .Raw("""<PingResponse xmlns="http://www.microsoft.com/SoftwareDistribution/Server/IMonitorable"><PingResult><SuccessFlag>true</SuccessFlag><ServicesTime>"""u8)
        .Time(state.Now)
        .Raw("</ServicesTime><ServicesName>ServerSyncWebService</ServicesName><ServicesMachine>simulator</ServicesMachine><IsHttps>false</IsHttps><ConfigFileLastModifiedTime>"u8)
        .Time(state.Now)
        .Raw("</ConfigFileLastModifiedTime><ConfigFileNextExpirationTime>"u8)
        .Time(state.Now)
        .Raw("</ConfigFileNextExpirationTime><ConfigFileExpirationModuloInMinutes>0</ConfigFileExpirationModuloInMinutes></PingResult></PingResponse>"u8);
}
