using System.Security.Cryptography;
using Hierarchy.Testing.MicrosoftUpdate.Content;
using Hierarchy.Testing.MicrosoftUpdate.Documents;

namespace Hierarchy.Testing.MicrosoftUpdate.Soap;

/// <summary>The operations on single revisions: documents, decryption keys, related revisions ([MS-WSUSSS] 3.1.4.6, 3.1.4.9, 3.1.4.18).</summary>
internal sealed class UpdateDataOperations(UpstreamState state)
{
    public void GetUpdateData(SoapRequest request, AnswerWriter answer, Uri server)
    {
        var revisions = Requested(request);
        state.Counters.Sent(revisions.Count);
        answer.Raw("""<GetUpdateDataResponse xmlns="http://www.microsoft.com/SoftwareDistribution"><GetUpdateDataResult><updates>"""u8);
        foreach (var revision in revisions)
            WriteUpdate(answer, revision);
        answer.Raw("</updates>"u8);

        // A file named by several revisions has one address; an answer without files has an empty list.
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var file in revisions.SelectMany(revision => revision.Summary.Files))
        {
            if (!seen.Add(Convert.ToBase64String(file.Sha1)))
                continue;
            if (seen.Count == 1)
                answer.Raw("<fileUrls>"u8);
            answer.Raw("<ServerSyncUrlData><FileDigest>"u8).Base64(file.Sha1)
                .Raw("</FileDigest><MUUrl>"u8).Text(new Uri(server, ContentLibrary.PathOf(file.FileName, file.Sha1)).AbsoluteUri)
                .Raw("</MUUrl><UssUrl /></ServerSyncUrlData>"u8);
        }

        answer.Raw(seen.Count == 0 ? "<fileUrls />"u8 : "</fileUrls>"u8);
        answer.Raw("</GetUpdateDataResult></GetUpdateDataResponse>"u8);
    }

    public void GetUpdateDecryptionData(SoapRequest request, AnswerWriter answer)
    {
        var revisions = Requested(request);
        answer.Raw("""<GetUpdateDecryptionDataResponse xmlns="http://www.microsoft.com/SoftwareDistribution"><GetUpdateDecryptionDataResult><UpdateFileDecryptionData>"""u8);
        foreach (var revision in revisions)
        {
            answer.Raw("<ServerSyncUpdateFileDecryption><UpdateId>"u8);
            WriteIdentity(answer, revision.Key);
            answer.Raw("</UpdateId><FileDecryptionData>"u8);
            foreach (var file in revision.Summary.Files.Where(file => file.IsEncrypted))
            {
                answer.Raw("<ServerSyncFileDecryption><FileDigest>"u8).Base64(file.Sha1)
                    .Raw("</FileDigest><DecryptionKey>"u8).Base64(DecryptionKey(file.Sha1))
                    .Raw("</DecryptionKey></ServerSyncFileDecryption>"u8);
            }

            answer.Raw("</FileDecryptionData></ServerSyncUpdateFileDecryption>"u8);
        }

        answer.Raw("</UpdateFileDecryptionData></GetUpdateDecryptionDataResult></GetUpdateDecryptionDataResponse>"u8);
    }

    /// <summary>The specification leaves this one undefined; here it gives the newest revision of each id, then what their bundles hold, to any depth.</summary>
    public void GetRelatedRevisionsForUpdates(SoapRequest request, AnswerWriter answer)
    {
        SessionOperations.CheckCookie(state, request);
        var related = new HashSet<RevisionKey>();
        foreach (var id in request.Guids("updateIDs"))
        {
            if (state.Library.Latest(id) is { } latest)
                AddWithChildren(latest, related);
        }

        answer.Raw("""<GetRelatedRevisionsForUpdatesResponse xmlns="http://www.microsoft.com/SoftwareDistribution"><GetRelatedRevisionsForUpdatesResult>"""u8);
        foreach (var key in related)
        {
            answer.Raw("<UpdateIdentity>"u8);
            WriteIdentity(answer, key);
            answer.Raw("</UpdateIdentity>"u8);
        }

        answer.Raw("</GetRelatedRevisionsForUpdatesResult></GetRelatedRevisionsForUpdatesResponse>"u8);
    }

    /// <summary>The key of an encrypted file: made from its digest, as all bytes here are made from something.</summary>
    internal static byte[] DecryptionKey(ReadOnlySpan<byte> sha1) => SHA256.HashData(sha1);

    private List<PublishedRevision> Requested(SoapRequest request)
    {
        SessionOperations.CheckCookie(state, request);
        var keys = request.Identities("updateIds");
        if (keys.Count == 0 || keys.Count > state.Options.MaxUpdatesPerRequest)
            throw new SoapFaultException(SoapFaultException.InvalidParameters, "updateIds");

        // One id that is not here ends the whole call, as it does at the captured server.
        var revisions = new List<PublishedRevision>(keys.Count);
        foreach (var key in keys)
            revisions.Add(state.Library.TryGet(key, out var revision) ? revision : throw new SoapFaultException(SoapFaultException.InternalServerError));
        return revisions;
    }

    private void AddWithChildren(PublishedRevision revision, HashSet<RevisionKey> related)
    {
        if (!related.Add(revision.Key))
            return;
        foreach (var key in revision.Summary.BundledUpdates)
        {
            if (state.Library.TryGet(key, out var child))
                AddWithChildren(child, related);
        }
    }

    private static void WriteUpdate(AnswerWriter answer, PublishedRevision revision)
    {
        answer.Raw("<ServerSyncUpdateData><Id>"u8);
        WriteIdentity(answer, revision.Key);
        answer.Raw("</Id>"u8);
        if (!revision.IsCompressed)
            answer.Raw("<XmlUpdateBlob>"u8).Raw(revision.Payload).Raw("</XmlUpdateBlob>"u8);
        if (revision.Summary.Files.Count != 0)
        {
            answer.Raw("<FileDigestList>"u8);
            foreach (var file in revision.Summary.Files)
                answer.Raw("<base64Binary>"u8).Base64(file.Sha1).Raw("</base64Binary>"u8);
            answer.Raw("</FileDigestList>"u8);
        }

        if (revision.IsCompressed)
            answer.Raw("<XmlUpdateBlobCompressed>"u8).Base64(revision.Payload).Raw("</XmlUpdateBlobCompressed>"u8);
        answer.Raw("</ServerSyncUpdateData>"u8);
    }

    private static void WriteIdentity(AnswerWriter answer, RevisionKey key) =>
        answer.Raw("<UpdateID>"u8).Id(key.Id).Raw("</UpdateID><RevisionNumber>"u8).Number(key.Revision).Raw("</RevisionNumber>"u8);
}
