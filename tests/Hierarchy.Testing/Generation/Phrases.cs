namespace Hierarchy.Testing.Generation;

/// <summary>What generated updates say in 29 languages: a title with place for product and article, and sentences of a description.</summary>
internal static class Phrases
{
    public static readonly IReadOnlyList<(string Language, string Title, string[] Sentences)> All =
    [
        ("en", "Security update for {0} ({1})", ["Install this update to resolve issues in {0}.", "A security issue was found that could affect your system.", "After you install this item, you may have to restart your computer."]),
        ("de", "Sicherheitsupdate für {0} ({1})", ["Installieren Sie dieses Update, um Probleme in {0} zu beheben.", "Es wurde ein Sicherheitsproblem gefunden, das Ihr System betreffen kann.", "Nach der Installation müssen Sie den Computer möglicherweise neu starten."]),
        ("fr", "Mise à jour de sécurité pour {0} ({1})", ["Installez cette mise à jour pour résoudre des problèmes dans {0}.", "Un problème de sécurité pouvant affecter votre système a été découvert.", "Après l'installation, vous devrez peut-être redémarrer l'ordinateur."]),
        ("es", "Actualización de seguridad para {0} ({1})", ["Instale esta actualización para resolver problemas de {0}.", "Se ha encontrado un problema de seguridad que podría afectar a su sistema.", "Después de instalarla, es posible que tenga que reiniciar el equipo."]),
        ("it", "Aggiornamento della sicurezza per {0} ({1})", ["Installare questo aggiornamento per risolvere i problemi di {0}.", "È stato rilevato un problema di sicurezza che potrebbe interessare il sistema.", "Dopo l'installazione potrebbe essere necessario riavviare il computer."]),
        ("pt-br", "Atualização de segurança para {0} ({1})", ["Instale esta atualização para resolver problemas no {0}.", "Foi encontrado um problema de segurança que pode afetar o sistema.", "Após a instalação, talvez seja necessário reiniciar o computador."]),
        ("nl", "Beveiligingsupdate voor {0} ({1})", ["Installeer deze update om problemen in {0} op te lossen.", "Er is een beveiligingsprobleem gevonden dat uw systeem kan treffen.", "Na de installatie moet u de computer mogelijk opnieuw opstarten."]),
        ("sv", "Säkerhetsuppdatering för {0} ({1})", ["Installera den här uppdateringen för att lösa problem i {0}.", "Ett säkerhetsproblem som kan påverka systemet har hittats.", "Du kan behöva starta om datorn efter installationen."]),
        ("da", "Sikkerhedsopdatering til {0} ({1})", ["Installer denne opdatering for at løse problemer i {0}.", "Der er fundet et sikkerhedsproblem, som kan påvirke systemet.", "Du skal muligvis genstarte computeren efter installationen."]),
        ("no", "Sikkerhetsoppdatering for {0} ({1})", ["Installer denne oppdateringen for å løse problemer i {0}.", "Det er funnet et sikkerhetsproblem som kan påvirke systemet.", "Det kan hende du må starte datamaskinen på nytt etter installasjonen."]),
        ("fi", "Suojauspäivitys: {0} ({1})", ["Asenna tämä päivitys, joka korjaa ongelmia: {0}.", "On löytynyt suojausongelma, joka voi vaikuttaa järjestelmään.", "Tietokone on ehkä käynnistettävä uudelleen asennuksen jälkeen."]),
        ("pl", "Aktualizacja zabezpieczeń dla {0} ({1})", ["Zainstaluj tę aktualizację, aby rozwiązać problemy w {0}.", "Wykryto problem z zabezpieczeniami, który może dotyczyć systemu.", "Po zainstalowaniu może być konieczne ponowne uruchomienie komputera."]),
        ("cs", "Aktualizace zabezpečení pro {0} ({1})", ["Instalací této aktualizace vyřešíte problémy v {0}.", "Byl nalezen problém zabezpečení, který může ovlivnit systém.", "Po instalaci bude možná nutné restartovat počítač."]),
        ("sk", "Aktualizácia zabezpečenia pre {0} ({1})", ["Inštaláciou tejto aktualizácie vyriešite problémy v {0}.", "Našiel sa problém so zabezpečením, ktorý môže ovplyvniť systém.", "Po inštalácii bude možno potrebné reštartovať počítač."]),
        ("hu", "Biztonsági frissítés: {0} ({1})", ["A frissítés telepítésével megoldhatók a problémák: {0}.", "A rendszert érintő biztonsági probléma vált ismertté.", "A telepítés után szükség lehet a számítógép újraindítására."]),
        ("ro", "Actualizare de securitate pentru {0} ({1})", ["Instalați această actualizare pentru a rezolva probleme din {0}.", "A fost găsită o problemă de securitate care poate afecta sistemul.", "După instalare, este posibil să fie necesară repornirea computerului."]),
        ("tr", "{0} için güvenlik güncelleştirmesi ({1})", ["{0} sorunlarını çözmek için bu güncelleştirmeyi yükleyin.", "Sisteminizi etkileyebilecek bir güvenlik sorunu bulundu.", "Yükledikten sonra bilgisayarınızı yeniden başlatmanız gerekebilir."]),
        ("el", "Ενημέρωση ασφαλείας για {0} ({1})", ["Εγκαταστήστε αυτήν την ενημέρωση για να επιλύσετε ζητήματα στο {0}.", "Βρέθηκε ένα ζήτημα ασφαλείας που μπορεί να επηρεάσει το σύστημά σας.", "Μετά την εγκατάσταση ίσως χρειαστεί επανεκκίνηση του υπολογιστή."]),
        ("ru", "Обновление безопасности для {0} ({1})", ["Установите это обновление, чтобы устранить проблемы в {0}.", "Обнаружена проблема безопасности, которая может повлиять на систему.", "После установки может потребоваться перезагрузка компьютера."]),
        ("uk", "Оновлення безпеки для {0} ({1})", ["Установіть це оновлення, щоб вирішити проблеми в {0}.", "Виявлено проблему безпеки, яка може вплинути на систему.", "Після інсталяції, можливо, доведеться перезавантажити комп'ютер."]),
        ("bg", "Актуализация за защита за {0} ({1})", ["Инсталирайте тази актуализация, за да решите проблеми в {0}.", "Открит е проблем със защитата, който може да засегне системата.", "След инсталирането може да се наложи да рестартирате компютъра."]),
        ("lt", "{0} saugos naujinimas ({1})", ["Įdiekite šį naujinimą, kad išspręstumėte {0} problemas.", "Rasta saugos problema, galinti paveikti sistemą.", "Įdiegus gali reikėti paleisti kompiuterį iš naujo."]),
        ("lv", "{0} drošības atjauninājums ({1})", ["Instalējiet šo atjauninājumu, lai novērstu {0} problēmas.", "Atrasta drošības problēma, kas var ietekmēt sistēmu.", "Pēc instalēšanas, iespējams, būs jārestartē dators."]),
        ("ja", "{0} のセキュリティ更新プログラム ({1})", ["この更新プログラムをインストールすると、{0} の問題が修正されます。", "システムに影響を与える可能性のあるセキュリティの問題が確認されました。", "インストール後に、コンピューターの再起動が必要になる場合があります。"]),
        ("ko", "{0} 보안 업데이트({1})", ["이 업데이트를 설치하면 {0}의 문제가 해결됩니다.", "시스템에 영향을 줄 수 있는 보안 문제가 확인되었습니다.", "설치한 후 컴퓨터를 다시 시작해야 할 수 있습니다."]),
        ("zh-cn", "{0} 安全更新程序 ({1})", ["安装此更新程序可解决 {0} 中的问题。", "已发现可能影响系统的安全问题。", "安装之后，可能必须重新启动计算机。"]),
        ("zh-tw", "{0} 安全性更新 ({1})", ["安裝此更新可解決 {0} 中的問題。", "已發現可能影響系統的安全性問題。", "安裝之後，您可能必須重新啟動電腦。"]),
        ("he", "עדכון אבטחה עבור {0} ({1})", ["התקן עדכון זה כדי לפתור בעיות ב-{0}.", "נמצאה בעיית אבטחה שעלולה להשפיע על המערכת.", "לאחר ההתקנה ייתכן שיהיה עליך להפעיל מחדש את המחשב."]),
        ("ar", "تحديث أمان لـ {0} ({1})", ["قم بتثبيت هذا التحديث لحل المشكلات في {0}.", "تم العثور على مشكلة أمان قد تؤثر على النظام.", "بعد التثبيت، قد يلزم إعادة تشغيل الكمبيوتر."]),
    ];
}
