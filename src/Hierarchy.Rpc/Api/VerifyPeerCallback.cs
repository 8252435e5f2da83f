namespace Grpc.Core;

/// <summary>Judges the certificate of a peer; false refuses it.</summary>
public delegate bool VerifyPeerCallback(VerifyPeerContext context);
