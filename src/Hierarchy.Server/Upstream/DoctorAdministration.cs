using Google.Protobuf.WellKnownTypes;
using Grpc.Core;
using Hierarchy.Protocol.Admin.V1;
using Hierarchy.Server.Api.Admin;
using Hierarchy.WindowsUpdate.Diagnosis;
using Hierarchy.WindowsUpdate.Upstream;
using DiagnosisOutcome = Hierarchy.Protocol.Admin.V1.DiagnosisOutcome;

namespace Hierarchy.Server.Upstream;

/// <summary>`hierarchy doctor upstream`: examined from here, for it is this server's network, proxy and clock that count.</summary>
internal sealed class DoctorAdministration(DecisionDesk desk, UpstreamOptions? options, TimeProvider time)
{
    public async Task ExamineAsync(IServerStreamWriter<DiagnoseUpstreamResponse> responses, CancellationToken cancellationToken)
    {
        desk.RequireRoot();
        var doctor = new UpstreamDoctor(options!, time); // An authority has an upstream.
        await foreach (var step in doctor.ExamineAsync(cancellationToken))
        {
            var response = new DiagnoseUpstreamResponse
            {
                Step = step.Name,
                Outcome = step.Outcome switch
                {
                    WindowsUpdate.Diagnosis.DiagnosisOutcome.Ok => DiagnosisOutcome.Ok,
                    WindowsUpdate.Diagnosis.DiagnosisOutcome.Failed => DiagnosisOutcome.Failed,
                    _ => DiagnosisOutcome.Skipped,
                },
                Elapsed = step.Elapsed.ToDuration(),
                Finding = step.Finding,
                NextStep = step.NextStep,
                UpstreamUrl = options!.Address.AbsoluteUri, // As above.
            };
            await responses.WriteAsync(response, cancellationToken);
        }
    }
}
